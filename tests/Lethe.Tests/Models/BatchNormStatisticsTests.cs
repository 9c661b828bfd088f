using Lethe.Models;
using Lethe.Tests.Methods;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

[Collection(typeof(TorchCollection))]
public class BatchNormStatisticsTests
{
    [Fact]
    public void Hold_TrainingPasses_LeaveRunningStatisticsBitForBit()
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        network.train();
        network.forward(Tiny.Images(4));
        SortedDictionary<string, string> before = Statistics(network);
        double?[] momentum = Momentum(network);
        Tensor free = network.forward(Tiny.Images(4, seed: 2));
        SortedDictionary<string, string> after = Statistics(network);
        Assert.NotEqual(before, after);

        using (BatchNormStatistics.Hold(network))
        {
            Tensor held = network.forward(Tiny.Images(4, seed: 2));
            network.forward(Tiny.Images(4, seed: 3) * 100);
            Assert.Equal(free.data<float>().ToArray(), held.data<float>().ToArray());
        }

        Assert.Equal(after, Statistics(network));
        Assert.Equal(momentum, Momentum(network));
        network.forward(Tiny.Images(4, seed: 3));
        Assert.NotEqual(after, Statistics(network));
    }

    [Fact]
    public void Hold_WithinAHold_RestoresWhatItFound()
    {
        using ResNet network = Tiny.Backbone();
        double?[] momentum = Momentum(network);
        using (BatchNormStatistics.Hold(network))
        {
            using (BatchNormStatistics.Hold(network))
            {
            }

            Assert.All(Momentum(network), value => Assert.Equal(0, value));
        }

        Assert.Equal(momentum, Momentum(network));
        Assert.All(momentum, value => Assert.Equal(0.1, value));
    }

    private static double?[] Momentum(ResNet network) => [.. network.modules().OfType<NormBase>().Select(layer => layer.momentum)];

    private static SortedDictionary<string, string> Statistics(ResNet network) =>
        Tiny.Bits(network.state_dict().Where(entry => entry.Key.Contains("running_", StringComparison.Ordinal)));
}
