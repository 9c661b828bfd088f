using Lethe.Models;
using Lethe.Tests.Methods;
using TorchSharp;
using Lethe.Tests.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

[Collection(typeof(TorchCollection))]
public class FrozenLayersTests
{
    public static TheoryData<string, string, SplitPoint> Cases() =>
        new MatrixTheoryData<string, string, SplitPoint>(
            ["resnet10", "resnet50"], ["small", "large"], [SplitPoint.Stem, SplitPoint.Layer1, SplitPoint.Layer3]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_AnySplit_IsTheNetworkInEvaluationModeAndLeavesItsBits(string backbone, string stem, SplitPoint split)
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone(options: Tiny.Network with { Backbone = backbone, Stem = stem });
        network.to(ScalarType.Float64);
        network.forward(Tiny.Images(4, ScalarType.Float64)); // statistics that are not those of a fresh network
        using (no_grad())
        {
            foreach (TorchSharp.Modules.Parameter parameter in network.parameters())
                parameter.add_(Tiny.Gaussian(3, parameter.shape), 0.1); // nor scale and shift
        }

        SortedDictionary<string, string> before = Tiny.Bits(network);
        using var frozen = new FrozenLayers(network, split);
        Tensor found = frozen.Forward(Tiny.Images(3, ScalarType.Float64, seed: 2));
        Assert.Equal(before, Tiny.Bits(network));
        Assert.False(found.requires_grad);
        network.eval();
        Assert.True(Tiny.RelativeError([found], [network.ForwardTo(split, Tiny.Images(3, ScalarType.Float64, seed: 2))]) < 1e-12);

        // The map after each layer stays what it was when the next has run.
        IReadOnlyList<Tensor> maps = frozen.ForwardMaps(Tiny.Images(3, ScalarType.Float64, seed: 2));
        Assert.Equal((int)split, maps.Count);
        Assert.True(
            Tiny.RelativeError(maps, [.. network.ForwardMaps(Tiny.Images(3, ScalarType.Float64, seed: 2)).Take(maps.Count)]) < 1e-12);
    }

    [Fact]
    public void Dispose_AfterUse_LeavesNoTensors()
    {
        using ResNet network = Tiny.Backbone();

        // What an earlier test has left to this thread is let go of by the first use.
        Use();
        LiveTensors.Settle();
        long before = LiveTensors.Count;
        Use();
        Assert.Equal(before, LiveTensors.Count);

        void Use()
        {
            using var scope = NewDisposeScope();
            using var frozen = new FrozenLayers(network, SplitPoint.Layer2);
            frozen.Forward(Tiny.Images(2));
        }
    }
}
