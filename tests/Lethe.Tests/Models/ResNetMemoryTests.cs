using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

public class ResNetMemoryTests
{
    [Fact]
    public void Forward_OfAnyKind_LeavesOnlyItsOutputs()
    {
        using var network = new ResNet(new BackboneOptions { Backbone = "resnet10", Width = 4 }, 3, 16);
        using Tensor images = randn(2, 3, 16, 16);
        using var scope = NewDisposeScope();
        using Tensor features = network.forward(images);
        Assert.Equal(1, scope.DisposablesCount);
        using Tensor early = network.ForwardTo(SplitPoint.Layer2, images);
        Assert.Equal(2, scope.DisposablesCount);
        IReadOnlyList<Tensor> layers = network.ForwardLayers(images);
        Assert.Equal(2 + layers.Count, scope.DisposablesCount);
        Assert.All(layers, layer => Assert.False(layer.IsInvalid));
    }

    [Fact]
    public void ForwardTo_TheInput_GivesItBackInItsOwnScope()
    {
        using var network = new ResNet(new BackboneOptions { Backbone = "resnet10", Width = 4 }, 3, 16);
        using var outer = NewDisposeScope();
        using var scope = NewDisposeScope();
        Tensor images = randn(2, 3, 16, 16);
        Assert.Same(images, network.ForwardTo(SplitPoint.Input, images));
        Assert.True(scope.Contains(images));
    }
}
