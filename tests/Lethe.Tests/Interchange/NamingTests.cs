using System.Text.RegularExpressions;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

/// <summary>Names of weights as they are met in public files, each behind the prefixes of its trainer.</summary>
[Collection(typeof(TorchCollection))]
public sealed class NamingTests : IDisposable
{
    private static readonly BackboneOptions small = FormulaWeights.Coarse with { Stem = "small" };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "fc.weight")]
    [InlineData("backbone.", "projector.0.weight")] // Lethe, solo-learn, mmselfsup
    [InlineData("encoder.", "projector.weight")]
    [InlineData("module.encoder_q.", "module.queue")] // MoCo
    [InlineData("module.base_encoder.", "module.predictor.0.weight")] // MoCo v3
    [InlineData("module.encoder.", "module.head.0.weight")] // SupContrast
    [InlineData("module.backbone.", "module.projector.0.weight")] // DINO, Barlow Twins, VICReg
    [InlineData("online_network.encoder.", "predictor.net.0.weight")]
    [InlineData("online_encoder.net.", "online_predictor.net.0.weight")]
    [InlineData("net.", "loss.weight")]
    [InlineData("model.resnet.", "model.head.weight")]
    [InlineData("student.backbone.", "student.head.weight")]
    [InlineData("base_model.model.trunk._feature_blocks.", "heads.0.weight")] // VISSL
    public void Read_PrefixOfATrainer_IsFound(string prefix, string beside)
    {
        using var scope = NewDisposeScope();
        using ForeignEncoder encoder = Written(name => prefix + name, tensors => tensors[beside] = zeros(2, 2));
        Assert.Contains(prefix.Length == 0 ? "names" : $"'{prefix}'", encoder.Findings.Naming, StringComparison.Ordinal);
        RequireSame(encoder);
        Assert.Equal((60, 1), (encoder.Findings.Used, encoder.Findings.Unused));
        Assert.Equal([beside], encoder.Rest.Keys);
    }

    [Theory]
    [InlineData(4, "", "large")] // lightly with torchvision's children: 2 ReLU, 3 pooling
    [InlineData(3, "backbone.", "small")] // without pooling
    [InlineData(2, "backbone.", "small")] // lightly's own generator, which has neither as a child
    [InlineData(4, "model.0.", "large")] // fastai
    public void Read_NumbersOfASequential_AreTheNetwork(int first, string prefix, string stem)
    {
        using var scope = NewDisposeScope();
        BackboneOptions options = small with { Stem = stem };
        using ForeignEncoder encoder = Written(
            name => prefix + Regex.Replace(name, @"^(conv1|bn1|layer(\d))\.", match => match.Value switch
            {
                "conv1." => "0.",
                "bn1." => "1.",
                _ => $"{int.Parse(match.Groups[2].Value) - 1 + first}.",
            }),
            options: options);
        Assert.StartsWith("numbers of a Sequential", encoder.Findings.Naming, StringComparison.Ordinal);
        RequireSame(encoder, options);
    }

    [Theory]
    [InlineData("resnet.")]
    [InlineData("")]
    [InlineData("encoder.resnet.")]
    public void Read_NamesOfTransformers_AreTheNetwork(string prefix)
    {
        using var scope = NewDisposeScope();
        BackboneOptions options = FormulaWeights.Coarse with { Backbone = "resnet50" };
        using ForeignEncoder encoder = Written(name => prefix + OfTransformers(name), options: options);
        Assert.StartsWith("names of Hugging Face's transformers", encoder.Findings.Naming, StringComparison.Ordinal);
        RequireSame(encoder, options);
    }

    /// <summary>Kuangliu's networks for CIFAR, which SupContrast and others train, and a biased convolution before batch-norm.</summary>
    [Fact]
    public void Read_ShortcutsAndBiases_AreTheSameNetwork()
    {
        using var scope = NewDisposeScope();
        using ForeignEncoder encoder = Written(
            name => name.Replace("downsample", "shortcut", StringComparison.Ordinal),
            tensors => tensors["layer1.0.conv1.bias"] = ones_like(tensors["layer1.0.bn1.bias"]).Times(0.5));
        Dictionary<string, Tensor> expected = FormulaWeights.Of(small, coarse: true);
        expected["layer1.0.bn1.running_mean"] = expected["layer1.0.bn1.running_mean"].Minus(0.5);
        Assert.Equal(Tiny.Bits(expected), Tiny.Bits(encoder.Weights));
        Assert.Contains(encoder.Findings.Notes, note => note.Contains("bias before batch-norm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("module.encoder_q.", "module.encoder_k.", 0, "the trained one")]
    [InlineData("momentum_backbone.", "backbone.", 1, "the trained one")]
    [InlineData("target_network.", "online_network.", 1, "the trained one")]
    [InlineData("student.backbone.", "teacher.backbone.", 0, "the trained one")]
    [InlineData("model_ema.", "model.", 1, "the trained one")]
    [InlineData("first.", "second.", 0, "stands first")]
    public void Read_TwoEncoders_TakesTheTrainedOneAndSaysSo(string one, string two, int expected, string why)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> both = Both(one, two);
        Safetensors.Write(folder["e"], both);
        string chosen = expected == 0 ? one : two, other = expected == 0 ? two : one;
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["e"], new ForeignOptions());
        Assert.Contains($"'{chosen}'", encoder.Findings.Naming, StringComparison.Ordinal);
        string note = encoder.Findings.Notes[0];
        Assert.Contains($"'{chosen.TrimEnd('.')}' was taken", note, StringComparison.Ordinal);
        Assert.Contains(why, note, StringComparison.Ordinal);
        Assert.Contains($"'{other.TrimEnd('.')}'", note, StringComparison.Ordinal);
        Assert.Contains(encoder.Findings.Left, group => group.Name == other.TrimEnd('.') && group.Count == 60);
        using ForeignEncoder asked = ForeignEncoder.Read(folder["e"], new ForeignOptions { Part = other.TrimEnd('.') });
        Assert.Contains($"'{other}'", asked.Findings.Naming, StringComparison.Ordinal);
        InvalidOptionException error = Assert.Throws<InvalidOptionException>(
            () => ForeignEncoder.Read(folder["e"], new ForeignOptions { Part = "none" }));
        Assert.Contains($"'{one.TrimEnd('.')}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileOfDino_TakesTheTeacher()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> both = Both("student.module.backbone.", "teacher.module.backbone.");
        both["teacher.module.head.last_layer.weight_v"] = zeros(2, 2);
        Safetensors.Write(folder["e"], both);
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["e"], new ForeignOptions());
        Assert.Contains("'teacher.module.backbone.'", encoder.Findings.Naming, StringComparison.Ordinal);
        Assert.Contains("DINO", encoder.Findings.Notes[0], StringComparison.Ordinal);
    }

    private static Dictionary<string, Tensor> Both(string one, string two)
    {
        Dictionary<string, Tensor> weights = FormulaWeights.Of(small, coarse: true);
        return weights.Select(pair => KeyValuePair.Create(one + pair.Key, pair.Value))
            .Concat(weights.Select(pair => KeyValuePair.Create(two + pair.Key, pair.Value))).ToDictionary();
    }

    private static string OfTransformers(string name)
    {
        string Last(string text) => Regex.Replace(
            Regex.Replace(text, @"conv\d|\b0\b(?=\.weight)", "convolution"), @"bn\d|\b1\b(?=\.)", "normalization");
        if (!name.StartsWith("layer", StringComparison.Ordinal))
            return "embedder.embedder." + Last(name);
        Match match = Regex.Match(name, @"^layer(\d)\.(\d+)\.(?:(?:conv|bn)(\d)|downsample\.)(.*)$");
        string place = $"encoder.stages.{int.Parse(match.Groups[1].Value) - 1}.layers.{match.Groups[2].Value}.";
        string rest = name[(name.IndexOf('.', 7) + 1)..];
        return match.Groups[3].Success
            ? $"{place}layer.{int.Parse(match.Groups[3].Value) - 1}.{Last(rest)}"
            : $"{place}shortcut.{Last(match.Groups[4].Value)}";
    }

    private ForeignEncoder Written(
        Func<string, string> rename, Action<Dictionary<string, Tensor>>? change = null, BackboneOptions? options = null)
    {
        Dictionary<string, Tensor> tensors = FormulaWeights.Of(options ?? small, coarse: true).ToDictionary(
            pair => rename(pair.Key), pair => pair.Value);
        change?.Invoke(tensors);
        Safetensors.Write(folder["e"], tensors);
        return ForeignEncoder.Read(folder["e"], new ForeignOptions());
    }

    private static void RequireSame(ForeignEncoder encoder, BackboneOptions? options = null)
    {
        Assert.Equal(options ?? small, encoder.Backbone);
        Assert.Equal(Tiny.Bits(FormulaWeights.Of(options ?? small, coarse: true)), Tiny.Bits(encoder.Weights));
    }
}
