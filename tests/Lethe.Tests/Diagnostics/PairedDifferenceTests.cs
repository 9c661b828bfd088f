using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

public class PairedDifferenceTests
{
    /// <summary>
    /// Expected values: scipy 1.10.1, <c>r = scipy.stats.ttest_rel(to, from)</c>, <c>r.statistic</c>, <c>r.pvalue</c>,
    /// <c>r.confidence_interval(0.95)</c>; mean and deviation: <c>numpy</c>, <c>ddof=1</c>.
    /// </summary>
    public static TheoryData<double[], double[], double[]> FromScipy() => new()
    {
        {
            [0.70, 0.71, 0.71, 0.71, 0.70],
            [0.71, 0.73, 0.70, 0.74, 0.72],
            [0.014000000000000012, 0.015165750888103114, 2.06418738616856, 0.10793882229227654, -0.004830766883484425, 0.03283076688348445]
        },
        { [0.4, 0.5], [0.5, 0.7], [0.15, 0.07071067811865474, 3.0, 0.20483276469913345, -0.4853102368216046, 0.7853102368216045] },
        {
            [0.49, 0.477, 0.481, 0.492, 0.488, 0.475, 0.479, 0.487, 0.484, 0.471],
            [0.512, 0.498, 0.505, 0.511, 0.507, 0.499, 0.503, 0.51, 0.508, 0.495],
            [0.02240000000000002, 0.002065591117977291, 34.292856398964496, 7.524749444948307e-11, 0.020922365128880672, 0.02387763487111937]
        },
        { [1.5, 2.25, 3.5], [1, 2, 3], [-0.4166666666666667, 0.14433756729740643, -5.000000000000001, 0.03774955135062371, -0.7752210608259396, -0.058112272507393814] },
    };

    [Theory]
    [MemberData(nameof(FromScipy))]
    public void Of_Pairs_IsWhatScipyGives(double[] from, double[] to, double[] expected)
    {
        PairedDifference found = PairedDifference.Of(from, to);
        Assert.Equal(from.Length, found.Count);
        double[] values = [found.Mean, found.Deviation!.Value, found.T!.Value, found.P!.Value, found.Low!.Value, found.High!.Value];
        Assert.All(expected.Zip(values), pair => Assert.InRange(pair.Second / pair.First, 1 - 1e-9, 1 + 1e-9));
        Assert.Equal(found.P < 0.05, found.IsClear);
    }

    /// <summary>Expected: scipy 1.10.1, <c>scipy.stats.t.ppf(0.975, df)</c> and <c>2*scipy.stats.t.sf(2.5, df)</c>.</summary>
    [Theory]
    [InlineData(1, 12.706204736432095, 0.2422378831816867)]
    [InlineData(2, 4.302652729911275, 0.1296117202215108)]
    [InlineData(4, 2.7764451051977987, 0.06676654481198813)]
    [InlineData(29, 2.045229642132703, 0.01832534433842607)]
    public void Of_AnyCount_HasStudentsQuantileAndTail(int freedom, double quantile, double tail)
    {
        // Alternating signs about a mean of 2.5 standard errors.
        int n = freedom + 1;
        double[] spread = [.. Enumerable.Range(0, n).Select(i => Math.Cos(3.7 * i))];
        double centre = spread.Average();
        double error = Math.Sqrt(spread.Sum(x => (x - centre) * (x - centre)) / (n - 1) / n);
        PairedDifference found = PairedDifference.Of(new double[n], [.. spread.Select(x => x - centre + (2.5 * error))]);
        Assert.Equal(2.5, found.T!.Value, 9);
        Assert.Equal(tail, found.P!.Value, 9);
        Assert.Equal(quantile, (found.High!.Value - found.Mean) / error, 8);
    }

    [Fact]
    public void Of_OnePair_HasNoTest() =>
        Assert.Equal(new PairedDifference(1, 0.25, null, null, null, null, null), PairedDifference.Of([0.5], [0.75]));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Of_EqualDifferences_HasNoTestWhateverTheLastBits(int points)
    {
        // Accuracies on 300 images, as many images apart under each seed.
        double[] from = [.. Enumerable.Range(0, 7).Select(i => (211 + (7 * i)) / 300.0)];
        PairedDifference found = PairedDifference.Of(from, [.. Enumerable.Range(0, 7).Select(i => (211 + (7 * i) + (3 * points)) / 300.0)]);
        Assert.Equal(points / 100.0, found.Mean, 12);
        Assert.Equal(found with { Deviation = 0, T = null, P = null, Low = null, High = null }, found);
        Assert.False(found.IsClear);
    }

    [Fact]
    public void Of_OneImageApartUnderOneSeed_HasATest()
    {
        double[] from = [0.5, 0.5, 0.5];
        Assert.NotNull(PairedDifference.Of(from, [0.51, 0.51, 0.51 + 1e-5]).P);
    }

    /// <summary>What is known of images goes before the spread over seeds, and that before the number of images.</summary>
    [Fact]
    public void Of_SeveralErrors_TakesTheOneThatKnowsMost()
    {
        MeanError images = new(0.01, 7, 2, 20, MeanErrorOrigin.SameImages), sampling = images with { Origin = MeanErrorOrigin.Sampling };
        Assert.Same(images, PairedDifference.Of([0.1, 0.2], [0.3, 0.3], images, sampling).Error);
        Assert.Equal(MeanErrorOrigin.Seeds, PairedDifference.Of([0.1, 0.2], [0.3, 0.3], null, sampling).Error!.Origin);
        Assert.Same(sampling, PairedDifference.Of([0.1], [0.3], null, sampling).Error);
        PairedDifference found = PairedDifference.Of([0.1, 0.2], [0.3, 0.3], images);
        Assert.Equal((15.0, 0.15 - images.Reach(), 0.15 + images.Reach()), (found.T!.Value, found.Low!.Value, found.High!.Value), (a, b) =>
            Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-12 && Math.Abs(a.Item3 - b.Item3) < 1e-12);
    }

    [Theory]
    [InlineData(0.01, null, true)]
    [InlineData(0.01, 0.06, false)]
    [InlineData(0.01, 0.04, true)]
    public void IsClear_OfATable_IsByHolm(double p, double? adjusted, bool isClear) =>
        Assert.Equal(isClear, new PairedDifference(3, 0.1, 0.1, 3, p, 0.05, 0.15) { PHolm = adjusted }.IsClear);

    [Fact]
    public void Of_SeriesThatAreNoPairs_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => PairedDifference.Of([], []));
        Assert.Throws<ArgumentException>(() => PairedDifference.Of([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => PairedDifference.Of([1, double.NaN], [1, 2]));
    }
}
