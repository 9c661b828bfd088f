using Lethe.Interchange;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

/// <summary>Files that PyTorch, torchvision and torch.onnx wrote (Fixtures/weights/make.py); a formula gives their weights.</summary>
[Collection(typeof(TorchCollection))]
public sealed class PyTorchFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("plain.pth", "PyTorch (zip)", "")]
    [InlineData("ddp-stream.pth.tar", "PyTorch (the older format without zip)", "state_dict.module.")]
    [InlineData("lightning.ckpt", "PyTorch (zip)", "state_dict.backbone.")]
    [InlineData("half.pt", "PyTorch (zip)", "")]
    [InlineData("bfloat16.pt", "PyTorch (zip)", "")]
    [InlineData("double-stream.pt", "PyTorch (the older format without zip)", "")]
    [InlineData("strides.pth", "PyTorch (zip)", "")]
    [InlineData("shared.pth", "PyTorch (zip)", "backbone.")]
    [InlineData("parameters.pth", "PyTorch (zip)", "")]
    [InlineData("module.pth", "PyTorch (zip)", "")]
    [InlineData("first.tar", "PyTorch (the first format, tar)", "")]
    public void Read_FileOfPyTorch_HasItsWeights(string name, string format, string prefix)
    {
        using var scope = NewDisposeScope();
        using ForeignEncoder encoder = Read(name);
        Assert.Equal(format, encoder.Findings.Format);
        Assert.Equal(
            "torchvision's and timm's names" + (prefix.Length == 0 ? "" : $" behind '{prefix}'"), encoder.Findings.Naming);
        Assert.Equal(FormulaWeights.Coarse, encoder.Backbone);
        Assert.Equal(3, encoder.InputChannels);
        Assert.Equal(Tiny.Bits(FormulaWeights.Of(FormulaWeights.Coarse, coarse: true)), Tiny.Bits(encoder.Weights));
        using ResNet network = encoder.CreateNetwork(64);
        Assert.False(network.training);
        Assert.Equal(
            Tiny.Bits(encoder.Weights),
            Tiny.Bits(network.state_dict().Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))));
    }

    [Fact]
    public void Read_FileWithOtherThings_SaysWhatIsLeftAndWhatWasNotMade()
    {
        using ForeignEncoder stream = Read("ddp-stream.pth.tar");
        Assert.Equal(
            [new LeftTensors("module.fc", 2, "a classifier or head"), new LeftTensors("optimizer", 1, "the optimiser's state")],
            stream.Findings.Left);
        Assert.Equal(["module.fc.bias", "module.fc.weight"], stream.Rest.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("argparse.Namespace", Assert.Single(stream.Findings.Notes), StringComparison.Ordinal);

        using ForeignEncoder lightning = Read("lightning.ckpt");
        Assert.Equal(new LeftTensors("projection_head", 1, "a head"), Assert.Single(lightning.Findings.Left));
        Assert.Equal(["projection_head.layers.0.weight"], lightning.Rest.Keys);
        string note = Assert.Single(lightning.Findings.Notes);
        Assert.Contains("__main__.Callback, argparse.Namespace", note, StringComparison.Ordinal);
        Assert.DoesNotContain("call", note, StringComparison.Ordinal);

        // Of two encoders the one that is trained, and either by name.
        using ForeignEncoder shared = Read("shared.pth");
        Assert.Contains("'backbone' was taken", Assert.Single(shared.Findings.Notes), StringComparison.Ordinal);
        Assert.Contains(new LeftTensors("backbone_momentum", 60, "an encoder that follows the trained one"), shared.Findings.Left);
        using ForeignEncoder other = Read("shared.pth", new ForeignOptions { Part = "backbone_momentum" });
        Assert.Contains("backbone_momentum.", other.Findings.Naming, StringComparison.Ordinal);
        Assert.Equal(Tiny.Bits(shared.Weights), Tiny.Bits(other.Weights));
    }

    [Theory]
    [InlineData("batch-norm.onnx")]
    [InlineData("folded.onnx")]
    public void Read_GraphOfTorch_GivesTheSameFeatures(string name)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using ForeignEncoder encoder = Read(name);
        Assert.Equal(("ONNX by pytorch", FormulaWeights.Coarse), (encoder.Findings.Format, encoder.Backbone));
        bool folded = name.StartsWith("folded", StringComparison.Ordinal);
        Assert.Equal(folded, encoder.Findings.Notes.Any(note => note.Contains("mean 0, variance 1", StringComparison.Ordinal)));
        Dictionary<string, Tensor> weights = FormulaWeights.Of(FormulaWeights.Coarse, coarse: true);
        foreach (string key in weights.Keys.Where(key => weights[key].dim() == 1 && !key.EndsWith("bias", StringComparison.Ordinal)
            && !key.EndsWith("mean", StringComparison.Ordinal)))
            weights[key] = ones_like(weights[key]).Minus(key.EndsWith("var", StringComparison.Ordinal) ? 1e-5 : 0);
        using var expected = new ResNet(FormulaWeights.Coarse, 3, 64);
        expected.load_state_dict(weights, strict: false);
        expected.eval();
        using ResNet found = encoder.CreateNetwork(64);
        Tensor images = Tiny.Gaussian(1, 2, 3, 64, 64).to(ScalarType.Float32);
        Assert.InRange(Tiny.RelativeError([found.forward(images)], [expected.forward(images)]), 0, 2e-6);
    }

    [Theory]
    [InlineData("plain.pth")]
    [InlineData("ddp-stream.pth.tar")]
    [InlineData("first.tar")]
    [InlineData("folded.onnx")]
    public void Read_FileThatIsCutShort_SaysSo(string name)
    {
        byte[] bytes = FormulaWeights.Unpack(name);
        foreach (double share in new[] { 0.3, 0.7 })
        {
            File.WriteAllBytes(folder[name], bytes[..(int)(share * bytes.Length)]);
            Assert.Contains(
                "truncated or damaged",
                Assert.Throws<Lethe.Runtime.RunException>(() => ForeignEncoder.Read(folder[name], new ForeignOptions())).Message,
                StringComparison.Ordinal);
        }
    }

    private ForeignEncoder Read(string name, ForeignOptions? options = null)
    {
        File.WriteAllBytes(folder[name], FormulaWeights.Unpack(name));
        return ForeignEncoder.Read(folder[name], options ?? new ForeignOptions());
    }
}
