using Lethe.Data;

namespace Lethe.Tests.Data;

public class DivisionTests
{
    [Fact]
    public void Of_Anything_IsDisjointAndComplete()
    {
        Division division = Divide(Source(1000, 0), new DataOptions());
        Assert.Equal(Enumerable.Range(0, 1000), division.Train.Concat(division.Probe).Concat(division.Test).Order());
        Assert.Equal((600, 200, 200), (division.Train.Length, division.Probe.Length, division.Test.Length));
    }

    [Fact]
    public void Of_OwnTestPart_TakesTestFromItOnly()
    {
        Division division = Divide(Source(100, 50), new DataOptions { TestImages = 30 });
        Assert.Equal(30, division.Test.Distinct().Count());
        Assert.All(division.Test, item => Assert.InRange(item, 100, 149));
        Assert.Equal(Enumerable.Range(0, 100), division.Train.Concat(division.Probe).Order());
    }

    [Fact]
    public void Of_DifferentSeeds_IsTheSameWithoutALimit()
    {
        Division one = Divide(Source(1000, 0), new DataOptions(), seed: 1);
        Division two = Divide(Source(1000, 0), new DataOptions(), seed: 2);
        Assert.Equal(one.Train, two.Train);
        Assert.Equal(one.Probe, two.Probe);
        Assert.Equal(one.Test, two.Test);
    }

    [Fact]
    public void Of_Limit_TakesNestedSeededSubsetsAndLeavesProbeAndTestAlone()
    {
        Division all = Divide(Source(1000, 0), new DataOptions());
        Division hundred = Divide(Source(1000, 0), new DataOptions { Limit = 100 });
        Division twoHundred = Divide(Source(1000, 0), new DataOptions { Limit = 200 });
        Division otherSeed = Divide(Source(1000, 0), new DataOptions { Limit = 100 }, seed: 2);
        Assert.Equal(100, hundred.Train.Distinct().Count());
        Assert.Subset(twoHundred.Train.ToHashSet(), hundred.Train.ToHashSet());
        Assert.Subset(all.Train.ToHashSet(), twoHundred.Train.ToHashSet());
        Assert.NotEqual(hundred.Train.Order(), otherSeed.Train.Order());
        Assert.Equal(all.Probe, hundred.Probe);
        Assert.Equal(all.Test, hundred.Test);
        Assert.Equal(all.Train, Divide(Source(1000, 0), new DataOptions { Limit = 5000 }).Train);
    }

    [Fact]
    public void Of_SizeOfTest_DoesNotMoveProbe()
    {
        Assert.Equal(
            Divide(Source(1000, 0), new DataOptions { TestImages = 10 }).Probe,
            Divide(Source(1000, 0), new DataOptions { TestImages = 200 }).Probe);
    }

    [Theory]
    [InlineData(4, 2, 1, 1)]
    [InlineData(10, 6, 2, 2)]
    [InlineData(60_000, 56_000, 2000, 2000)]
    public void Of_SizesOfSources_KeepsProbeAndTestToAFifth(int pool, int train, int probe, int test)
    {
        Division division = Divide(Source(pool, 0), new DataOptions());
        Assert.Equal((train, probe, test), (division.Train.Length, division.Probe.Length, division.Test.Length));
    }

    private static Division Divide(ImageSource source, DataOptions options, ulong seed = 1) => Division.Of(source, options, seed);

    private static FolderSource Source(int pool, int test) =>
        new("class folders", "root", [.. Enumerable.Range(0, pool + test).Select(i => $"{i}.png")], test, null, null);
}
