using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class ColourShiftTests
{
    private const int Many = 3000;

    [Theory]
    [InlineData(0.9, 0, 0.9 + (0.1 / 4))]
    [InlineData(-0.8, 1, 0.8 + (0.2 / 4))]
    [InlineData(0, 0, 0.25)]
    public void Apply_GreyImages_TintsAsOftenAsRhoSays(double rho, int shift, double expected)
    {
        ImageSet grey = Grey();
        ImageSet tinted = ColourShift.Apply(grey, new ColourShiftOptions { Rho = rho, Strength = 1 });
        Assert.Equal(3, tinted.Channels);
        Assert.Equal(grey.Labels, tinted.Labels);

        // Of four tints: red, yellow-green (chartreuse), cyan, violet.
        (int, int, int)[] colours = [(200, 0, 0), (100, 200, 0), (0, 200, 200), (100, 0, 200)];
        int[] found =
            [
                .. Enumerable.Range(0, Many).Select(
                    i => Array.IndexOf(colours, (tinted[i].Pixels.Span[0], tinted[i].Pixels.Span[1], tinted[i].Pixels.Span[2]))),
            ];
        Assert.DoesNotContain(-1, found);
        Assert.InRange(
            Enumerable.Range(0, Many).Count(i => found[i] == (grey.Labels![i] + shift) % 4) / (double)Many,
            expected - 0.03,
            expected + 0.03);
    }

    [Fact]
    public void Apply_SubsetThatKnowsItsItems_TintsAsTheWholeWould()
    {
        ImageSet all = Grey();
        all = new ImageSet(
            "grey",
            [.. Enumerable.Range(0, Many).Select(i => all[i])],
            all.Labels,
            all.ClassNames) { Items = [.. Enumerable.Range(0, Many)] };
        int[] chosen = [5, 17, 900];
        var options = new ColourShiftOptions { Rho = 0.5, Seed = 3 };
        ImageSet tinted = ColourShift.Apply(all, options), part = ColourShift.Apply(all.Subset("part", chosen), options);
        Assert.Equal(chosen, part.Items);
        Assert.Equal(chosen.Select(i => tinted[i].Pixels.ToArray()), Enumerable.Range(0, 3).Select(i => part[i].Pixels.ToArray()));
        Assert.Contains(
            Enumerable.Range(0, Many),
            i => !tinted[i].Pixels.Span.SequenceEqual(ColourShift.Apply(all.Subset("one", [i]), options with { Seed = 4 })[0].Pixels.Span));
    }

    [Fact]
    public void Apply_ColourImages_KeepsTheirOwnColourWhereTheTintLeavesIt()
    {
        var image = new Image(new byte[] { 100, 200, 40 }, 1, 1, 3);
        var set = new ImageSet("colour", [image], [0], ["a", "b"]);
        Assert.Equal(
            new byte[] { 100, 80, 16 }, ColourShift.Apply(set, new ColourShiftOptions { Rho = 1, Strength = 0.6 })[0].Pixels.ToArray());
    }

    [Fact]
    public void Open_TintedSource_TintsTestImagesByTheirOwnRho()
    {
        using var folder = new TempFolder();
        foreach (string part in (string[])["train", "test"])
        {
            folder.WritePngs($"{part}/a", 30);
            folder.WritePngs($"{part}/b", 30, first: 60);
        }

        DataSplits plain = DataSources.Open(new DataOptions { Data = folder.Root }, 0);
        DataSplits tinted = DataSources.Open(new DataOptions { Data = $"tinted:{folder.Root},rho=1,test-rho=-1,strength=1" }, 0);
        Assert.Equal(plain.Train.Items, tinted.Train.Items);
        Assert.Equal(plain.Test.Labels, tinted.Test.Labels);
        Assert.Equal(plain.Train.Paths, tinted.Train.Paths);

        // Red for the first class, cyan for the second; in the test part the other way round.
        Assert.All(
            Enumerable.Range(0, tinted.Train.Count),
            i => Assert.Equal(0, tinted.Train[i].Pixels.Span[tinted.Train.Labels![i] == 0 ? 1 : 0]));
        Assert.All(
            Enumerable.Range(0, tinted.Test.Count), i => Assert.Equal(0, tinted.Test[i].Pixels.Span[tinted.Test.Labels![i] == 0 ? 0 : 1]));
    }

    [Fact]
    public void Apply_WithoutClasses_IsRefused()
    {
        var set = new ImageSet("flat", [new Image(new byte[1], 1, 1, 1)]);
        Assert.Contains(
            "no labels",
            Assert.Throws<DataException>(() => ColourShift.Apply(set, new ColourShiftOptions())).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => ColourShift.Apply(set, new ColourShiftOptions { Rho = double.NaN }));
        Assert.Throws<InvalidOptionException>(() => ColourShift.Apply(set, new ColourShiftOptions { Strength = 0 }));
        Assert.Contains(
            "tinted:SOURCE",
            Assert.Throws<InvalidOptionException>(() => DataSources.Open(new DataOptions { Data = "tinted:" }, 0)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "test part of its own",
            Assert.Throws<InvalidOptionException>(
                () => DataSources.Open(new DataOptions { Data = "tinted:embedded,test-rho=-0.9" }, 0)).Message,
            StringComparison.Ordinal);
    }

    private static ImageSet Grey() => new(
        "grey", [.. Enumerable.Range(0, Many).Select(_ => new Image(new byte[] { 200 }, 1, 1, 1))],
        [.. Enumerable.Range(0, Many).Select(i => i % 4)], ["a", "b", "c", "d"]);
}
