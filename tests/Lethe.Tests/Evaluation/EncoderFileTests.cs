using Lethe.Evaluation;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

[Collection(typeof(TorchCollection))]
public sealed class EncoderFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("backbone.")]
    public void Load_TorchvisionNames_GivesTheSameNetwork(string prefix)
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        Dictionary<string, Tensor> tensors = network.state_dict().ToDictionary(pair => prefix + pair.Key, pair => pair.Value);
        tensors[prefix.Length == 0 ? "fc.weight" : "projector.weight"] = zeros(3, 32);
        tensors.Remove(prefix + "bn1.num_batches_tracked");
        Safetensors.Write(folder["e.safetensors"], tensors);
        using ResNet found = EncoderFile.Load(folder["e.safetensors"], Tiny.Network, Tiny.ImageSize);
        Assert.Equal(Tiny.Bits(network), Tiny.Bits(found));
        Assert.False(found.training);
        Assert.Equal((3, "small"), (found.InputChannels, found.Options.Stem));
    }

    [Fact]
    public void Load_FileThatDoesNotFit_NamesWhatDoesNot()
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        string Message(Action<Dictionary<string, Tensor>> change, BackboneOptions? options = null)
        {
            Dictionary<string, Tensor> tensors = network.state_dict();
            change(tensors);
            Safetensors.Write(folder["e.safetensors"], tensors);
            return Assert.Throws<RunException>(
                () => EncoderFile.Load(folder["e.safetensors"], options ?? Tiny.Network, Tiny.ImageSize)).Message;
        }

        Assert.Contains("missing 'layer2.0.bn1.bias'", Message(tensors => tensors.Remove("layer2.0.bn1.bias")), StringComparison.Ordinal);
        Assert.Contains(
            "not of this network 'layer9.weight'", Message(tensors => tensors["layer9.weight"] = zeros(2)), StringComparison.Ordinal);
        Assert.Contains(
            "conv1.weight is [4, 3, 3, 3] and not [8, 3, 3, 3]",
            Message(_ => { }, Tiny.Network with { Width = 8 }),
            StringComparison.Ordinal);
        Assert.Contains(
            "--backbone, --width and --stem", Message(_ => { }, Tiny.Network with { Backbone = "resnet18" }), StringComparison.Ordinal);
        Assert.Contains(
            "takes 4 channels; expected 1 (grey) or 3",
            Message(tensors => tensors["conv1.weight"] = zeros(4, 4, 3, 3)),
            StringComparison.Ordinal);
        Assert.Contains("expected torchvision's names", Message(tensors => tensors.Remove("conv1.weight")), StringComparison.Ordinal);
        Assert.Contains(
            "is missing",
            Assert.Throws<RunException>(() => EncoderFile.Load(folder["none"], Tiny.Network, 16)).Message,
            StringComparison.Ordinal);
    }
}
