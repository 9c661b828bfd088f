using Lethe.Data;
using Lethe.Runtime;

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

    [Theory]
    [InlineData(DivisionRule.Stratified)]
    [InlineData(DivisionRule.Random)]
    [InlineData(DivisionRule.Earlier)]
    public void Of_OwnTestPart_SealsWhatTestLeavesAndChangesNothingElse(string rule)
    {
        var options = new DataOptions { TestImages = 30, Division = rule };
        Division division = Division.Of(Source(100, 50), options, 1), none = Division.Of(
            Source(100, 50), options with { SealedImages = 0 }, 1);
        Assert.Equal(Enumerable.Range(100, 50), division.Test.Concat(division.Sealed).Order());
        Assert.Equal(5, Division.Of(Source(100, 50), options with { SealedImages = 5 }, 1).Sealed.Length);
        Assert.Empty(none.Sealed);
        Assert.Equal([none.Train, none.Probe, none.Test], (int[][])[division.Train, division.Probe, division.Test]);
        Assert.Empty(Division.Of(Source(100, 50), options with { TestImages = 50 }, 1).Sealed);
    }

    [Fact]
    public void Of_OwnTestPartWithGroups_SealsNothingThatBelongsToAnotherPart()
    {
        // Items 140 to 149 are of the group of an image to train on; others of the test part are in pairs.
        int[] groups = [.. Enumerable.Range(0, 150).Select(item => item >= 140 ? 0 : item >= 100 ? 100 + (item / 2) : item)];
        Division division = Division.Of(Source(100, 50), new DataOptions { TestImages = 30 }, 1, groups);
        Assert.NotEmpty(division.Sealed);
        HashSet<int> used = [.. division.Train.Concat(division.Probe).Concat(division.Test).Select(item => groups[item])];
        Assert.All(division.Sealed, item => Assert.DoesNotContain(groups[item], used));
    }

    [Theory]
    [InlineData(DivisionRule.Stratified)]
    [InlineData(DivisionRule.Random)]
    [InlineData(DivisionRule.Earlier)]
    public void Of_SealedImagesAskedFor_TakesThemFromTrainAlone(string rule)
    {
        ImageSource source = Labelled([200, 120, 80]);
        var options = new DataOptions { Division = rule };
        Division none = Division.Of(source, options, 1), division = Division.Of(source, options with { SealedImages = 40 }, 1);
        Assert.Empty(none.Sealed);
        Assert.Equal(40, division.Sealed.Length);
        Assert.Equal([none.Probe, none.Test], (int[][])[division.Probe, division.Test]);
        Assert.Equal(none.Train.Except(division.Sealed), division.Train);
        int[] counts = [.. Enumerable.Range(0, 3).Select(label => division.Sealed.Count(item => source.Labels![item] == label))];
        if (rule == DivisionRule.Stratified)
            Assert.Equal([20, 12, 8], counts);
        Assert.Equal(80, Division.Of(source, options with { SealedImages = 1000 }, 1).Sealed.Length);
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

    [Theory]
    [InlineData(12, 10, 2)]
    [InlineData(300, 250, 50)]
    [InlineData(20_000, 19_000, 1000)]
    [InlineData(100_000, 98_000, 2000)]
    public void Of_Unlabelled_TrainsOnAllButASmallTest(int pool, int train, int test)
    {
        Division division = Division.Of(Source(pool, 0), new DataOptions(), 1);
        Assert.Equal((train, 0, test), (division.Train.Length, division.Probe.Length, division.Test.Length));
        Assert.Equal(pool, Division.Of(Source(pool, 5), new DataOptions(), 1).Train.Length);
    }

    [Fact]
    public void Of_ClassesOfAnySize_HasEachInEachPartThatItCanBeIn()
    {
        int[] counts = [400, 90, 31, 4, 3, 2, 1];
        ImageSource source = Labelled(counts);
        Division division = Division.Of(source, new DataOptions(), 1);
        Assert.Equal(Enumerable.Range(0, counts.Sum()), division.Train.Concat(division.Probe).Concat(division.Test).Order());
        int[][] parts = [Count(division.Train), Count(division.Probe), Count(division.Test)];
        Assert.Equal([1, 2, 1], parts.Select(part => part[3]));
        Assert.Equal([1, 1, 1], parts.Select(part => part[4]));
        Assert.Equal([1, 0, 1], parts.Select(part => part[5]));
        Assert.Equal([1, 0, 0], parts.Select(part => part[6]));
        Assert.Equal((106, 106), (division.Probe.Length, division.Test.Length));
        Assert.InRange(parts[2][0], 79, 81);
        Assert.Equal(
            [
                "The class c5 has too few images for all parts: none is left to fit probes with.",
                "The class c6 has too few images for all parts: none is left to fit probes with or to measure on.",
            ],
            division.Notices);
        int[] Count(int[] items) => [.. counts.Select((_, label) => items.Count(item => source.Labels![item] == label))];
    }

    [Fact]
    public void Of_EqualClasses_HasThemAlikeAndMixed()
    {
        ImageSource source = Labelled([100, 100, 100, 100]);
        Division division = Division.Of(source, new DataOptions { TestImages = 40, ProbeImages = 20 }, 1);
        Assert.All(division.Test.CountBy(item => source.Labels![item]), count => Assert.Equal(10, count.Value));
        Assert.All(division.Probe.CountBy(item => source.Labels![item]), count => Assert.Equal(5, count.Value));
        Assert.Equal(4, division.Test.Take(12).Select(item => source.Labels![item]).Distinct().Count());
        Assert.Equal(
            division.Probe, Division.Of(source, new DataOptions { TestImages = 4, ProbeImages = 20 }, 1).Probe);
        Assert.Equal(division.Test, Division.Of(source, new DataOptions { TestImages = 40, ProbeImages = 20, Limit = 9 }, 7).Test);
    }

    [Fact]
    public void Of_ClassesOfOneImageEach_StillDivides()
    {
        Division division = Division.Of(Labelled([.. Enumerable.Repeat(1, 20)]), new DataOptions(), 1);
        Assert.Equal((12, 4, 4), (division.Train.Length, division.Probe.Length, division.Test.Length));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    [InlineData(130)]
    public void Of_Groups_StayWhole(int size)
    {
        ImageSource source = Labelled([200, 120, 80]);
        int[] groups = [.. Enumerable.Range(0, 400).Select(item => item * 37 % 400 / size)];
        Division division = Division.Of(source, new DataOptions { SealedImages = 30 }, 1, groups);
        (int[], string)[] all =
            [(division.Train, "train"), (division.Probe, "probe"), (division.Test, "test"), (division.Sealed, "sealed")];
        Dictionary<int, string> parts = all
            .SelectMany(part => part.Item1.Select(item => (item, part.Item2))).ToDictionary(pair => pair.item, pair => pair.Item2);
        Assert.Equal(400, parts.Count);
        Assert.All(parts.GroupBy(part => groups[part.Key]), group => Assert.Single(group.Select(part => part.Value).Distinct()));
        Assert.True(division.Test.Length > 0 && division.Probe.Length > 0 && division.Train.Length >= 100);
        if (size <= 7)
            Assert.All(Enumerable.Range(0, 3), label => Assert.InRange(division.Test.Count(item => source.Labels![item] == label), 10, 50));
    }

    [Fact]
    public void Of_OneGroup_IsAnError() =>
        Assert.Contains(
            "Group by something finer",
            Assert.Throws<DataException>(() => Division.Of(Source(50, 0), new DataOptions(), 1, new int[50])).Message,
            StringComparison.Ordinal);

    private static FolderSource Labelled(int[] counts)
    {
        int[] labels = [.. counts.SelectMany((count, label) => Enumerable.Repeat(label, count))];
        return new(
            "class folders", "root", [.. labels.Select((_, i) => $"{i}.png")], null, 0, labels, [.. counts.Select((_, label) => $"c{label}")]);
    }

    private static Division Divide(ImageSource source, DataOptions options, ulong seed = 1) =>
        Division.Of(source, options with { Division = DivisionRule.Random }, seed);

    private static FolderSource Source(int pool, int test) =>
        new("class folders", "root", [.. Enumerable.Range(0, pool + test).Select(i => $"{i}.png")], null, test, null, null);
}
