using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Runtime;

namespace Lethe.Tests.Data.Generated;

public sealed class CausalShapesTests
{
    private const int Many = 4000;

    [Fact]
    public void Draw_WithoutConfounding_HueAndTextureAreIndependentOfTheClass()
    {
        CausalFactors[] drawn = Draw(0);
        Assert.InRange(Share(drawn, f => f.Hue == f.Shape), 0.08, 0.12);
        Assert.InRange(Share(drawn, f => f.Texture == f.Shape), 0.08, 0.12);
        Assert.All(CausalShapes.Factors.Where(factor => CausalFactors.Values(factor) > 0), factor =>
        {
            int values = CausalFactors.Values(factor);
            Assert.All(
                Enumerable.Range(0, values),
                value => Assert.InRange(Share(drawn, f => f.Of(factor) == value), 0.75 / values, 1.25 / values));
        });
        Assert.Equal(Many, drawn.Select(f => f.Noise).Distinct().Count());
    }

    /// <summary>P(own value) = |ρ| + (1 − |ρ|)/10, for each tied factor by itself.</summary>
    [Theory]
    [InlineData(0.9, 0, 0.91)]
    [InlineData(0.5, 0, 0.55)]
    [InlineData(1, 0, 1)]
    [InlineData(-0.9, 3, 0.91)]
    public void Draw_Confounded_TiesHueAndTextureAsOftenAsRhoSays(double rho, int shift, double expected)
    {
        CausalFactors[] drawn = Draw(rho);
        int Own(CausalFactors f) => (f.Shape + shift) % 10;
        Assert.InRange(Share(drawn, f => f.Hue == Own(f)), expected - 0.02, expected + 0.02);
        Assert.InRange(Share(drawn, f => f.Texture == Own(f)), expected - 0.02, expected + 0.02);
        Assert.InRange(
            Share(drawn, f => f.Texture == Own(f) && f.Hue == Own(f)), (expected * expected) - 0.02, (expected * expected) + 0.02);
        Assert.InRange(Share(drawn, f => f.Background == f.Shape), 0.08, 0.12);
    }

    [Fact]
    public void Draw_OfOneIndex_DiffersBetweenStrengthsInHueAndTextureOnly()
    {
        foreach (double rho in (double[])[0.9, -0.9, 1])
        {
            CausalFactors[] plain = Draw(0), tied = Draw(rho);
            Assert.All(
                plain.Zip(tied), pair => Assert.Equal(pair.First, pair.Second with { Hue = pair.First.Hue, Texture = pair.First.Texture }));
        }

        Assert.Equal(CausalShapes.Draw(1, 2, 0.9), CausalShapes.Draw(1, 2, 0.9));
        Assert.NotEqual(CausalShapes.Draw(1, 2, 0.9), CausalShapes.Draw(2, 2, 0.9));
    }

    [Fact]
    public void Intervene_OnAFactor_ChangesItAndNothingElse()
    {
        CausalFactors[] drawn = [.. Draw(0).Take(200)];
        foreach (CausalFactor factor in CausalShapes.Factors)
        {
            CausalFactors[] changed = [.. drawn.Select(f => CausalShapes.Intervene(f, [factor], 7))];
            Assert.All(drawn.Zip(changed), pair =>
            {
                Assert.NotEqual(pair.First.Of(factor), pair.Second.Of(factor));
                Assert.Equal(pair.First, pair.Second.Do(factor, pair.First.Of(factor)));
            });
        }

        // Where all are set, each has the value that it has when it is set alone.
        CausalFactors all = CausalShapes.Intervene(drawn[0], CausalShapes.Irrelevant, 7);
        Assert.Equal(drawn[0].Shape, all.Shape);
        Assert.All(
            CausalShapes.Irrelevant, factor => Assert.Equal(CausalShapes.Intervene(drawn[0], [factor], 7).Of(factor), all.Of(factor)));
        Assert.Throws<ArgumentOutOfRangeException>(() => drawn[0].Do(CausalFactor.Hue, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => drawn[0].Do(CausalFactor.Shape, 0.5));
    }

    /// <summary>do(S_r) leaves the background's pixels as they are, bit for bit, where neither outline reaches.</summary>
    [Fact]
    public void Render_UnderAnotherShape_LeavesTheRestOfThePictureEqual()
    {
        CausalFactors factors = CausalShapes.Draw(3, 0, 0) with { Horizontal = 0, Vertical = 0, Size = 0.5 };
        Image before = CausalShapes.Render(factors, 32), after = CausalShapes.Render(factors with { Shape = (factors.Shape + 1) % 10 }, 32);
        Assert.NotEqual(before.Pixels.ToArray(), after.Pixels.ToArray());
        for (int i = 0; i < 32 * 32; i++)
        {
            double x = ((i % 32) - 15.5) / 16, y = ((i / 32) - 15.5) / 16;
            if (Math.Sqrt((x * x) + (y * y)) > 0.6)
                Assert.Equal(before.Pixels.Slice(3 * i, 3).ToArray(), after.Pixels.Slice(3 * i, 3).ToArray());
        }
    }

    [Fact]
    public void Render_TwiceAsLarge_IsTheSamePicture()
    {
        // Averages of 2 · 2 pixels come near the small picture, since both are antialiased: grain and edges are all that differ.
        for (int i = 0; i < 40; i++)
        {
            CausalFactors factors = CausalShapes.Draw(5, i, 0);
            ReadOnlySpan<byte> small = CausalShapes.Render(factors, 32).Pixels.Span, large = CausalShapes.Render(factors, 64).Pixels.Span;
            double difference = 0;
            for (int p = 0; p < small.Length; p++)
            {
                int row = p / 96, column = p / 3 % 32, c = p % 3, at = (((2 * row * 64) + (2 * column)) * 3) + c;
                difference += Math.Abs(small[p] - ((large[at] + large[at + 3] + large[at + 192] + large[at + 195]) / 4.0));
            }

            Assert.True(difference / small.Length < 9, $"image {i} ({factors}): {difference / small.Length}");
        }
    }

    [Fact]
    public void Outlines_EachShape_IsDistinctWithinTheUnitCircleAndOfLikeArea()
    {
        const int Grid = 100;
        bool[][] masks = [.. Enumerable.Range(0, 10).Select(shape => Enumerable.Range(0, Grid * Grid)
            .Select(i => ShapeOutline.Distance(shape, (2.2 * (i % Grid) / Grid) - 1.1, (2.2 * (i / Grid) / Grid) - 1.1) < 0).ToArray())];
        double Area(Func<int, bool> within) => Enumerable.Range(0, Grid * Grid).Count(within) * 2.2 * 2.2 / (Grid * Grid);
        Assert.All(masks, mask => Assert.InRange(Area(i => mask[i]), 1.0, 2.2));
        for (int a = 0; a < 10; a++)
        {
            Assert.All(
                Enumerable.Range(0, 60),
                i => Assert.True(
                    ShapeOutline.Distance(a, 1.02 * Math.Cos(i / 9.5), 1.02 * Math.Sin(i / 9.5)) > 0,
                    $"{ShapeOutline.Names[a]} leaves the circle"));
            for (int b = 0; b < a; b++)
            {
                double union = Area(i => masks[a][i] || masks[b][i]), both = Area(i => masks[a][i] && masks[b][i]);
                Assert.True(both / union < 0.83, $"{ShapeOutline.Names[a]} and {ShapeOutline.Names[b]}: {both / union:F2}");
            }
        }
    }

    /// <summary>Signed distance: its slope is 1 off the outline's edges, so coverage is right to a fraction of a pixel.</summary>
    [Fact]
    public void Outlines_Distance_GrowsByWhatOneMoves()
    {
        for (int shape = 0; shape < 10; shape++)
        {
            for (int i = 0; i < 200; i++)
            {
                double x = Math.Sin(i * 1.7), y = Math.Cos(i * 2.3), step = 1e-4;
                double d = ShapeOutline.Distance(shape, x, y);
                double gx = (ShapeOutline.Distance(shape, x + step, y) - d) / step,
                    gy = (ShapeOutline.Distance(shape, x, y + step) - d) / step;
                Assert.InRange(Math.Sqrt((gx * gx) + (gy * gy)), 0.6, 1.01);
            }
        }
    }

    [Fact]
    public void Open_AsASource_TiesTrainingAndProbeAndNotTest()
    {
        var options = new DataOptions { Data = "causal-shapes:count=1200,test-count=400,rho=0.9,seed=3,size=16" };
        DataSplits splits = DataSources.Open(options, 0);
        Assert.Equal(
            (960, 240, 400, 16, 3), (splits.Train.Count, splits.Probe.Count, splits.Test.Count, splits.ImageSize, splits.Train.Channels));
        var how = new CausalShapesOptions { Count = 1200, TestCount = 400, Seed = 3, Size = 16 };
        CausalFactors[] Factors(ImageSet set) => [.. set.Items!.Select(how.FactorsOf)];
        Assert.Equal(splits.Train.Labels, Factors(splits.Train).Select(f => f.Shape));
        Assert.Equal(CausalShapes.Render(Factors(splits.Probe)[5], 16).Pixels.ToArray(), splits.Probe[5].Pixels.ToArray());
        Assert.InRange(Share(Factors(splits.Train), f => f.Hue == f.Shape), 0.88, 0.94);
        Assert.InRange(Share(Factors(splits.Probe), f => f.Hue == f.Shape), 0.85, 0.96);
        Assert.InRange(Share(Factors(splits.Test), f => f.Hue == f.Shape), 0.05, 0.15);
        Assert.Empty(splits.Train.Items!.Intersect(splits.Probe.Items!).Concat(splits.Train.Items!.Intersect(splits.Test.Items!)));

        string[] prints = [.. new[] { "", ",rho=0.8", ",seed=4", ",test-rho=0.1" }.Select(more =>
            DataSources.Open(options with { Data = "causal-shapes:count=300,test-count=100,size=16" + more }, 0).Fingerprint)];
        Assert.Equal(prints.Length, prints.Distinct().Count());
    }

    /// <summary>Results that name the fingerprint must stay comparable: this changes only on purpose.</summary>
    [Fact]
    public void Open_SmallSource_HasTheFingerprintOfAlways() =>
        Assert.Equal(
            "b32c045698117d47425ed0feb8745094",
            DataSources.Open(new DataOptions { Data = "causal-shapes:count=200,test-count=50" }, 0).Fingerprint);

    [Theory]
    [InlineData("causal-shapes:rho=1.5", "between -1 and 1")]
    [InlineData("causal-shapes:rho=x", "expects a number")]
    [InlineData("causal-shapes:speed=1", "no option of it")]
    [InlineData("causal-shapes:size=8", "between 16 and 1024")]
    [InlineData("causal-shapes:rho=0.1,rho=0.2", "given twice")]
    [InlineData("causal-shapes:count=2", "between 3 and")]
    public void Open_BadOption_IsRefused(string data, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<InvalidOptionException>(() => DataSources.Open(new DataOptions { Data = data }, 0)).Message,
            StringComparison.Ordinal);

    private static CausalFactors[] Draw(double rho) => [.. Enumerable.Range(0, Many).Select(i => CausalShapes.Draw(11, i, rho))];

    private static double Share(CausalFactors[] drawn, Func<CausalFactors, bool> condition) =>
        drawn.Count(condition) / (double)drawn.Length;
}
