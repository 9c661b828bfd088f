using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Storage;
using Lethe.Tests.Methods;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

[Collection(typeof(TorchCollection))]
public sealed class ForeignHeadsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Methods => [.. MethodRegistry.All.Where(entry => !entry.TakesLabels).Select(entry => entry.Name)];

    public void Dispose() => folder.Dispose();

    /// <summary>Heads, momentum encoders, queues, prototypes and moments of a checkpoint of Lethe's come back bit for bit.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Fill_CheckpointOfLethe_GivesTheMethodAsItWas(string name)
    {
        using var scope = NewDisposeScope();
        using SslMethod trained = Tiny.Method(name, seed: 3);
        using (no_grad())
        {
            foreach (Tensor value in trained.state_dict().Values.Where(value => value.is_floating_point()))
                value.Plus_(0.25); // so that a momentum encoder is not what its encoder is
        }

        Checkpoint.Save(folder["e"], trained, null, new TrainingState());
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["e"], new ForeignOptions());
        using SslMethod fresh = Tiny.Entry(name).Create(Tiny.Options(name), encoder.CreateNetwork(Tiny.ImageSize));
        HeadFindings findings = ForeignHeads.Fill(fresh, encoder);
        Assert.True(findings.AreComplete, string.Join("; ", findings.Modules));
        Assert.Equal(Tiny.Bits(Counted(trained)), Tiny.Bits(Counted(fresh)));
    }

    /// <summary>solo-learn, lightly, SimSiam and BYOL's ports: the same layers under other names, in any order.</summary>
    [Theory]
    [InlineData("projection_head.layers.{0}")]
    [InlineData("encoder.fc.{0}")]
    [InlineData("online_network.projection.net.{0}")]
    [InlineData("module.projector.{0}")]
    [InlineData("projection_mlp.layer{0}.0")]
    public void Fill_NamesOfOtherTrainers_AreTheSameHead(string name)
    {
        using var scope = NewDisposeScope();
        using SslMethod wanted = Tiny.Method("simclr", seed: 3);
        HeadFinding found = Fill("simclr", out SslMethod filled, Renamed(wanted, "projector", name));
        Assert.Equal(string.Format(name, "x").Split(".x")[0].Split(".layerx")[0].Replace(".net", "").Replace(".layers", ""), found.From);
        Assert.Equal(Bits(wanted, "projector."), Bits(filled, "projector."));
        filled.Dispose();
    }

    [Fact]
    public void Fill_BiasBeforeBatchNorm_GivesTheSameHead()
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using SslMethod wanted = Tiny.Method("simclr", seed: 3);
        Dictionary<string, Tensor> head = Renamed(wanted, "projector", "head.{0}");
        Tensor bias = Tiny.Gaussian(5, 16).to(ScalarType.Float32);
        head["head.0.bias"] = bias;
        head["head.1.running_mean"] = head["head.1.running_mean"] + bias;
        HeadFinding found = Fill("simclr", out SslMethod filled, head);
        Assert.Equal("head", found.From);
        Tensor features = Tiny.Gaussian(6, 4, wanted.Backbone.FeatureDimension).to(ScalarType.Float32);
        wanted.eval();
        filled.eval();
        Assert.InRange(Tiny.RelativeError([filled.Project(features)], [wanted.Project(features)]), 0, 1e-5);
        filled.Dispose();
    }

    [Fact]
    public void Fill_MomentumEncoder_BeginsAsTheFilledOne()
    {
        using var scope = NewDisposeScope();
        using SslMethod wanted = Tiny.Method("moco", seed: 3);
        Fill("moco", out SslMethod filled, Renamed(wanted, "projector", "projection_head.layers.{0}"));
        Assert.Equal(Bits(filled, "projector."), Bits(filled, "target.projector."));
        Assert.Equal(Bits(filled, "backbone."), Bits(filled, "target.backbone."));
        Assert.Equal(Bits(wanted, "projector."), Bits(filled, "projector."));
        filled.Dispose();
    }

    /// <summary>MoCo's files have two of everything: the head goes with the encoder that is taken.</summary>
    [Theory]
    [InlineData(null, "encoder_q.proj")]
    [InlineData("encoder_k", "encoder_k.proj")]
    public void Fill_TwoEncoders_TakesTheHeadOfTheOneThatWasTaken(string? part, string expected)
    {
        using var scope = NewDisposeScope();
        using SslMethod wanted = Tiny.Method("simclr", seed: 3), other = Tiny.Method("simclr", seed: 4);
        Dictionary<string, Tensor> weights = FormulaWeights.Of(FormulaWeights.Coarse with { Stem = "small" }, coarse: true);
        var all = new Dictionary<string, Tensor>();
        foreach ((string name, SslMethod method) in new[] { ("encoder_k", other), ("encoder_q", wanted) })
        {
            foreach ((string key, Tensor value) in weights.Select(pair => (name + "." + pair.Key, pair.Value)).Concat(
                Renamed(method, "projector", name + ".proj.{0}").Select(pair => (pair.Key, pair.Value))))
                all[key] = value;
        }

        Safetensors.Write(folder["e"], all);
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["e"], new ForeignOptions { Part = part });
        using SslMethod filled = Tiny.Entry("simclr").Create(Tiny.Options("simclr"), encoder.CreateNetwork(Tiny.ImageSize));
        Assert.Equal(expected, Assert.Single(ForeignHeads.Fill(filled, encoder).Modules).From);
        Assert.Equal(Bits(part is null ? wanted : other, "projector."), Bits(filled, "projector."));
    }

    [Fact]
    public void Fill_PredictorAndPrototypes_AreFilledByTheirRoles()
    {
        using var scope = NewDisposeScope();
        using SslMethod byol = Tiny.Method("byol", seed: 3);
        Dictionary<string, Tensor> tensors = Renamed(byol, "predictor", "prediction_head.layers.{0}");
        using ForeignEncoder encoder = Written(tensors);
        using SslMethod filled = Tiny.Entry("byol").Create(Tiny.Options("byol"), encoder.CreateNetwork(Tiny.ImageSize));
        HeadFindings findings = ForeignHeads.Fill(filled, encoder);
        Assert.Equal(
            ["predictor", "target"], findings.Modules.Where(module => module.From is not null).Select(module => module.Module).Order());
        Assert.False(findings.AreComplete);
        Assert.Equal(Bits(byol, "predictor."), Bits(filled, "predictor."));

        using SslMethod swav = Tiny.Method("swav", seed: 3);
        Tensor prototypes = swav.state_dict()["prototypes"];
        using ForeignEncoder other = Written(new() { ["module.prototypes.weight"] = prototypes });
        using SslMethod clustering = Tiny.Entry("swav").Create(Tiny.Options("swav"), other.CreateNetwork(Tiny.ImageSize));
        HeadFinding found = ForeignHeads.Fill(clustering, other).Modules.Single(module => module.Module == "prototypes");
        Assert.Equal("module.prototypes.weight", found.From);
        Assert.Equal(Bits(swav, "prototypes"), Bits(clustering, "prototypes"));
    }

    /// <summary>Barlow Twins' own files keep the batch-norm of the output beside the projector.</summary>
    [Fact]
    public void Fill_BatchNormBesideTheProjector_IsItsLast()
    {
        using var scope = NewDisposeScope();
        using SslMethod wanted = Tiny.Method("barlow-twins", seed: 3);
        string last = wanted.state_dict().Keys.Where(name => name.StartsWith("projector.", StringComparison.Ordinal)).Max(
            name => int.Parse(name.Split('.')[1])).ToString();
        Dictionary<string, Tensor> tensors = Renamed(wanted, "projector", "module.projector.{0}").ToDictionary(
            pair => pair.Key.Replace($"module.projector.{last}.", "module.bn.", StringComparison.Ordinal), pair => pair.Value);
        HeadFinding found = Fill("barlow-twins", out SslMethod filled, tensors);
        Assert.Equal("module.projector", found.From);
        Assert.Equal(Bits(wanted, "projector."), Bits(filled, "projector."));
        filled.Dispose();
    }

    [Fact]
    public void Fill_OtherSizesOrLayers_LeavesTheHeadAndSaysWhatWasFound()
    {
        using var scope = NewDisposeScope();
        HeadFinding Refused(string method, params (string Name, Tensor Value)[] tensors)
        {
            HeadFinding found = Fill(method, out SslMethod filled, tensors.ToDictionary(pair => pair.Name, pair => pair.Value));
            filled.Dispose();
            Assert.Null(found.From);
            return found;
        }

        string sizes = Refused(
            "simclr", ("projector.0.weight", ones(24, 32)), ("projector.1.weight", ones(24)), ("projector.1.bias", ones(24)),
            ("projector.1.running_mean", ones(24)), ("projector.1.running_var", ones(24)), ("projector.3.weight", ones(12, 24))).Words;
        Assert.Contains("found 32 → 24 (batch-norm) → 12, expected 32 → 16 (batch-norm) → 8", sizes, StringComparison.Ordinal);
        Assert.Contains("--projector-hidden 24 --projector-output 12", sizes, StringComparison.Ordinal);

        // MoCo's own head has no batch-norm, as Lethe's has: the numbers alone would be another head.
        string without = Refused(
            "moco", ("module.encoder_q.fc.0.weight", ones(16, 32)), ("module.encoder_q.fc.0.bias", ones(16)),
            ("module.encoder_q.fc.2.weight", ones(8, 16)), ("module.encoder_q.fc.2.bias", ones(8))).Words;
        Assert.Contains("found 32 → 16 → 8, expected 32 → 16 (batch-norm) → 8", without, StringComparison.Ordinal);
        Assert.DoesNotContain("set --", without, StringComparison.Ordinal);
        Assert.Contains(
            "no tensors that are called projector", Refused("simclr", ("other.weight", ones(3))).Words, StringComparison.Ordinal);
        Assert.Contains(
            "set --prototypes 7 --projector-output 5", FillAll("swav", new() { ["prototypes.weight"] = ones(7, 5) }).Single(
                module => module.Module == "prototypes").Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_HeadThatIsLeft_IsAsItWas()
    {
        using var scope = NewDisposeScope();
        using ForeignEncoder encoder = Written(new() { ["projector.0.weight"] = ones(24, 32) });
        using SslMethod method = Tiny.Entry("simclr").Create(Tiny.Options("simclr"), encoder.CreateNetwork(Tiny.ImageSize));
        SortedDictionary<string, string> before = Tiny.Bits(method);
        ForeignHeads.Fill(method, encoder);
        Assert.Equal(before, Tiny.Bits(method));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Counted(SslMethod method) => method.state_dict().Where(
        pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal));

    private static SortedDictionary<string, string> Bits(SslMethod method, string prefix) => Tiny.Bits(Counted(method)
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Select(pair => KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value)));

    private static Dictionary<string, Tensor> Renamed(SslMethod method, string module, string name) => Counted(method)
        .Where(pair => pair.Key.StartsWith(module + ".", StringComparison.Ordinal))
        .ToDictionary(pair => string.Format(name, pair.Key.Split('.')[1]) + "." + pair.Key.Split('.')[2], pair => pair.Value);

    private HeadFinding Fill(string method, out SslMethod filled, Dictionary<string, Tensor> tensors)
    {
        using ForeignEncoder encoder = Written(tensors);
        filled = Tiny.Entry(method).Create(Tiny.Options(method), encoder.CreateNetwork(Tiny.ImageSize));
        return ForeignHeads.Fill(filled, encoder).Modules.Single(module => module.Module == "projector");
    }

    private IReadOnlyList<HeadFinding> FillAll(string method, Dictionary<string, Tensor> tensors)
    {
        using ForeignEncoder encoder = Written(tensors);
        using SslMethod filled = Tiny.Entry(method).Create(Tiny.Options(method), encoder.CreateNetwork(Tiny.ImageSize));
        return ForeignHeads.Fill(filled, encoder).Modules;
    }

    private ForeignEncoder Written(Dictionary<string, Tensor> tensors)
    {
        Dictionary<string, Tensor> all = FormulaWeights.Of(FormulaWeights.Coarse with { Stem = "small" }, coarse: true).ToDictionary(
            pair => "backbone." + pair.Key, pair => pair.Value);
        foreach ((string name, Tensor value) in tensors)
            all[name] = value;
        Safetensors.Write(folder["e"], all);
        return ForeignEncoder.Read(folder["e"], new ForeignOptions());
    }
}
