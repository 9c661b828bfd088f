using Lethe.Models;
using Lethe.Tests.Methods;
using Lethe.Tests.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

[Collection(typeof(TorchCollection))]
public class RunningStatisticsTests
{
    [Fact]
    public void Swap_AfterAPassThatMovedThem_BringsThemBackAndForthBitForBit()
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        network.forward(Tiny.Images(4));
        SortedDictionary<string, string> before = Tiny.Bits(network);
        using var kept = new RunningStatistics(network);
        network.forward(Tiny.Images(4, seed: 2) * 3);
        SortedDictionary<string, string> moved = Tiny.Bits(network);
        Assert.NotEqual(before, moved);
        kept.Swap();
        Assert.Equal(before, Tiny.Bits(network));
        kept.Swap();
        Assert.Equal(moved, Tiny.Bits(network));
    }

    [Fact]
    public void Dispose_Itself_LeavesTheLayersTheirOwn()
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        LiveTensors.Settle();
        long count = LiveTensors.Count;
        var kept = new RunningStatistics(network);
        kept.Swap();
        kept.Dispose();
        Assert.Equal(count, LiveTensors.Count);
        network.forward(Tiny.Images(4));
    }
}
