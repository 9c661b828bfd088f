using static TorchSharp.torch;

namespace Lethe.Tests.Training;

/// <summary>That the count which other tests hold flat would show a leak.</summary>
[Collection(typeof(TorchCollection))]
public class LiveTensorsTests
{
    [Fact]
    public void Count_OneTensorKept_IsOneMore()
    {
        LiveTensors.Settle();
        long before = LiveTensors.Count;
        Tensor kept;
        using (NewDisposeScope())
            kept = (ones(3) + 1).DetachFromDisposeScope();
        Assert.Equal(before + 1, LiveTensors.Count);
        kept.Dispose();
        Assert.Equal(before, LiveTensors.Count);
    }
}
