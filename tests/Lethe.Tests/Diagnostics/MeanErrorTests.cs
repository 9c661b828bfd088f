using Lethe.Diagnostics;
using Lethe.Numerics;
using static System.FormattableString;

namespace Lethe.Tests.Diagnostics;

public class MeanErrorTests(ITestOutputHelper output)
{
    private static readonly double[][] three =
        [[1, 0, 0, 1, 0, -1, 1, 0], [1, 1, 0, 1, 0, 0, 1, 0], [0, 0, -1, 1, 0, -1, 1, 1]];

    /// <summary>Sums of squares from totals, as in a table of the analysis of variance, with no mean taken off.</summary>
    [Fact]
    public void OfImages_SameUnderEverySeed_IsTheTwoWayAnalysisOfVariance()
    {
        (int s, int n) = (three.Length, three[0].Length);
        double all = three.Sum(seed => seed.Sum()), correction = all * all / (s * n);
        double seeds = three.Sum(seed => Math.Pow(seed.Sum(), 2) / n) - correction;
        double images = Enumerable.Range(0, n).Sum(i => Math.Pow(three.Sum(seed => seed[i]), 2) / s) - correction;
        double rest = three.Sum(seed => seed.Sum(x => x * x)) - correction - seeds - images;
        (double ms, double mi, double me) = (seeds / (s - 1), images / (n - 1), rest / ((s - 1) * (n - 1)));
        Assert.True(ms > me && mi > me);
        double variance = (ms + mi - me) / (s * n);
        MeanError found = MeanError.OfImages(three, isShared: true)!;
        Assert.Equal(Math.Sqrt(variance), found.Standard, 1e-12);
        Assert.Equal((3, 8, MeanErrorOrigin.SameImages), (found.Seeds, found.Images, found.Origin));

        // Satterthwaite, of the two parts.
        double freedom = variance * variance / ((Math.Pow(ms / (s * n), 2) / (s - 1)) + (Math.Pow((mi - me) / (s * n), 2) / (n - 1)));
        Assert.Equal(freedom, found.Freedom, 1e-9);
    }

    [Fact]
    public void OfImages_OthersUnderEachSeed_IsTheSpreadOfTheSeedsMeansAndNoLessThanTheirImagesGive()
    {
        double[] means = [.. three.Select(seed => seed.Average())];
        double between = means.Sum(mean => Math.Pow(mean - means.Average(), 2)) / 2 / 3;
        double within = three.Sum(seed => seed.Sum(x => Math.Pow(x - seed.Average(), 2)) / 7 / 8) / 9;
        MeanError found = MeanError.OfImages(three, isShared: false)!;
        Assert.Equal(Math.Sqrt(Math.Max(between, within)), found.Standard, 1e-12);

        // Seeds that agree say nothing of their images.
        double[][] alike = [[1, 0, 0, 1], [0, 1, 1, 0]];
        MeanError images = MeanError.OfImages(alike, isShared: false)!;
        Assert.Equal(Math.Sqrt(1.0 / 3 / 4 / 2), images.Standard, 1e-12);
        Assert.Equal(6, images.Freedom, 1e-12);
    }

    /// <summary>Of one seed it is the standard error of the mean, which drawing images with replacement finds too (Efron 1979).</summary>
    [Fact]
    public void OfImages_OneSeed_IsWhatTheBootstrapOverImagesFinds()
    {
        var random = new RandomStream(5);
        double[] values = new double[400];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextInt(3) - 1;
        MeanError found = MeanError.OfImages([values], isShared: true)!;
        Assert.Equal(Math.Sqrt(values.Sum(x => Math.Pow(x - values.Average(), 2)) / 399 / 400), found.Standard, 1e-12);
        Assert.Equal(399, found.Freedom, 1e-9);
        double[] means = new double[4000];
        for (int draw = 0; draw < means.Length; draw++)
        {
            for (int i = 0; i < values.Length; i++)
                means[draw] += values[random.NextInt(values.Length)] / values.Length;
        }

        double spread = Math.Sqrt(means.Sum(mean => Math.Pow(mean - means.Average(), 2)) / (means.Length - 1));
        Assert.InRange(spread / found.Standard, 0.96, 1.04);
    }

    [Fact]
    public void OfImages_NothingVariesOrIsMissing_IsNullOrRefused()
    {
        Assert.Null(MeanError.OfImages([[0, 0, 0], [0, 0, 0]], isShared: true));
        Assert.Null(MeanError.OfImages([[1, 1, 1]], isShared: true));
        Assert.Throws<ArgumentException>(() => MeanError.OfImages([], isShared: true));
        Assert.Throws<ArgumentException>(() => MeanError.OfImages([[1]], isShared: false));
        Assert.Throws<ArgumentException>(() => MeanError.OfImages([[1, 0], [1, 0, 1]], isShared: true));
        Assert.NotNull(MeanError.OfImages([[1, 0], [1, 0, 1]], isShared: false));
    }

    /// <summary>
    /// Tails that the library's inverse does not reach: with one degree of freedom t(1 − q) is cot(πq), and the error that is found is
    /// below 1.2816 times the true one in four of five repetitions.
    /// </summary>
    [Theory]
    [InlineData(40)]
    [InlineData(1000)]
    public void Visible_TwoSeedsInALargeTable_IsBeyondTheQuantileOfTheCauchyDistribution(int tests)
    {
        double expected = 1.2816 / Math.Tan(Math.PI * 0.025 / tests);
        Assert.Equal(1, new MeanError(2, 1, 2, 0, MeanErrorOrigin.Seeds).Visible(tests) / 2 / expected, 0.03);
    }

    [Fact]
    public void Visible_ManyImages_IsTheSumOfTwoNormalQuantiles()
    {
        MeanError error = new(0.01, 1e5, 1, 100_001, MeanErrorOrigin.SameImages);
        Assert.Equal((1.959964 + 0.841621) * 0.01, error.Visible(1), 1e-6);
        Assert.Equal((2.807034 + 0.841621) * 0.01, error.Visible(10), 1e-6);
    }

    /// <summary>So that no difference is called too small to be seen beside a number that says it is not.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(4000)]
    public void Visible_AnyTable_IsBeyondWhatIsNotClear(double freedom)
    {
        MeanError error = new(1, freedom, 2, 0, MeanErrorOrigin.Seeds);
        foreach (int tests in (int[])[1, 6, 100])
            Assert.True(error.Chance(error.Visible(tests)) * tests < 0.05);
    }

    /// <summary>Whoever repeats the experiment with a true effect of that size finds it in about four of five.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(30)]
    public void Visible_TrueEffectOfThatSize_IsClearInFourOfFive(int seeds)
    {
        double effect = new MeanError(1 / Math.Sqrt(seeds), seeds - 1, seeds, 0, MeanErrorOrigin.Seeds).Visible(1);
        var random = new RandomStream((ulong)seeds);
        int clear = 0;
        for (int trial = 0; trial < 1000; trial++)
        {
            double[] values = new double[seeds];
            for (int s = 0; s < seeds; s++)
                values[s] = effect + random.NextGaussian();
            clear += PairedDifference.Of(new double[seeds], values).IsClear ? 1 : 0;
        }

        Assert.InRange(clear, 760, 840);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void Chance_NoTrueEffect_IsBelowFivePercentAboutThatOften(int seeds)
    {
        var random = new RandomStream((ulong)seeds);
        int held = 0;
        for (int trial = 0; trial < 1000; trial++)
        {
            double[][] values = Hits(ref random, seeds, 100, ofSeeds: 0.2);
            held += MeanError.OfImages(values, isShared: true)!.Chance(Mean(values)) >= 0.05 ? 1 : 0;
        }

        Assert.InRange(held, 920, 980);
    }

    /// <summary>
    /// How often 95 % intervals hold the true value, in percent: of seeds and images as they are made here; of the two-way bootstrap, by
    /// the percentiles of 400 draws of seeds and images; of Student's t over seeds. Images are the same under every seed.
    /// </summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void Reach_EffectsOfSeedsAndImages_HoldsTheTrueValueWhereTheBootstrapDoesNot()
    {
        const int trials = 4000, count = 200;
        List<double> own = [], bootstrap = [];
        output.WriteLine("| seeds | shares of the variance: seeds, images, c | this | bootstrap | Student's t over seeds |");
        foreach (int seeds in (int[])[2, 3, 5])
        {
            foreach ((double a, double b, double e) in ((double, double, double)[])
                [(0, 0, 0.5), (0, 0.3, 0.45), (0.02, 0.3, 0.45), (0.04, 0.3, 0.45), (0.1, 0.3, 0.45), (0.05, 0, 0.5)])
            {
                var random = new RandomStream(RandomStream.Derive(17, (ulong)seeds));
                int held = 0, percentiles = 0, student = 0;
                for (int trial = 0; trial < trials; trial++)
                {
                    double[][] values = Gaussian(ref random, seeds, count, a, b, e);
                    double mean = Mean(values);
                    held += MeanError.OfImages(values, isShared: true)!.Chance(mean) >= 0.05 ? 1 : 0;
                    student += MeanError.OfSeeds([.. values.Select(seed => seed.Average())], 1)!.Chance(mean) >= 0.05 ? 1 : 0;
                    percentiles += trial % 4 == 0 && BootstrapHolds(ref random, values) ? 4 : 0;
                }

                double[] shares = [a * a / seeds, b * b / count, e * e / seeds / count];
                own.Add(100.0 * held / trials);
                bootstrap.Add(100.0 * percentiles / trials);
                output.WriteLine(
                    Invariant($"| {seeds} | {string.Join(", ", shares.Select(share => Invariant($"{share / shares.Sum():F2}")))} | ")
                    + Invariant($"{own[^1]:F1} | {bootstrap[^1]:F1} | {100.0 * student / trials:F1} |"));
            }
        }

        // Two seeds say little of the spread over seeds.
        Assert.All(own.Take(6), percent => Assert.InRange(percent, 87, 99));
        Assert.All(own.Skip(6), percent => Assert.InRange(percent, 92, 99));
        Assert.Contains(bootstrap, percent => percent < 90);
        Assert.Contains(bootstrap, percent => percent > 99);
    }

    /// <summary>
    /// Differences of hits of two states that are equally good on average: images are easy or hard, seeds help one state or the other.
    /// </summary>
    private static double[][] Hits(ref RandomStream random, int seeds, int count, double ofSeeds)
    {
        double[] hardness = new double[count];
        for (int i = 0; i < count; i++)
            hardness[i] = random.NextGaussian();
        double[][] values = new double[seeds][];
        for (int s = 0; s < seeds; s++)
        {
            values[s] = new double[count];
            double shift = ofSeeds * random.NextGaussian();
            for (int i = 0; i < count; i++)
            {
                bool before = hardness[i] + (0.5 * random.NextGaussian()) < 0, after = hardness[i] + (0.5 * random.NextGaussian()) < shift;
                values[s][i] = (after ? 1 : 0) - (before ? 1 : 0);
            }
        }

        return values;
    }

    private static double[][] Gaussian(ref RandomStream random, int seeds, int count, double ofSeeds, double ofImages, double ofBoth)
    {
        double[] images = new double[count];
        for (int i = 0; i < count; i++)
            images[i] = ofImages * random.NextGaussian();
        double[][] values = new double[seeds][];
        for (int s = 0; s < seeds; s++)
        {
            values[s] = new double[count];
            double seed = ofSeeds * random.NextGaussian();
            for (int i = 0; i < count; i++)
                values[s][i] = seed + images[i] + (ofBoth * random.NextGaussian());
        }

        return values;
    }

    private static bool BootstrapHolds(ref RandomStream random, double[][] values)
    {
        (int seeds, int count) = (values.Length, values[0].Length);
        double[] means = new double[400];
        int[] times = new int[count];
        for (int draw = 0; draw < means.Length; draw++)
        {
            Array.Clear(times);
            for (int i = 0; i < count; i++)
                times[random.NextInt(count)]++;
            double sum = 0;
            for (int s = 0; s < seeds; s++)
            {
                double[] seed = values[random.NextInt(seeds)];
                for (int i = 0; i < count; i++)
                    sum += times[i] * seed[i];
            }

            means[draw] = sum / seeds / count;
        }

        Array.Sort(means);
        return means[9] <= 0 && means[390] >= 0;
    }

    private static double Mean(double[][] values) => values.Average(seed => seed.Average());

    /// <summary>Welch's (1947) degrees of freedom for two independent parts.</summary>
    [Fact]
    public void Plus_AnotherVariance_AddsThemAndHasWelchsFreedom()
    {
        MeanError both = new MeanError(2, 10, 1, 100, MeanErrorOrigin.SameImages).Plus(9, 4);
        Assert.Equal(Math.Sqrt(13), both.Standard, 12);
        Assert.Equal(169 / ((16 / 10.0) + (81 / 4.0)), both.Freedom, 12);
    }

    [Fact]
    public void OfTwoAccuracies_OfUnknownImages_IsTwiceTheBinomialVariance()
    {
        MeanError error = MeanError.OfTwoAccuracies(0.3, 200, 3)!;
        Assert.Equal(Math.Sqrt(2 * 0.3 * 0.7 / 200), error.Standard, 12);
        Assert.Equal((199, 3, 200, MeanErrorOrigin.Sampling), (error.Freedom, error.Seeds, error.Images, error.Origin));
        Assert.NotNull(MeanError.OfTwoAccuracies(0.5, 2, 1));
        Assert.Null(MeanError.OfTwoAccuracies(0.5, 1, 1));
        Assert.Null(MeanError.OfTwoAccuracies(0, 100, 1));
        Assert.Null(MeanError.OfTwoAccuracies(1, 100, 1));
    }

    [Fact]
    public void OfImages_ByOrigin_SaysWhatItWasMadeFromAndTheFewestImages()
    {
        double[] few = [1, 2, 4], many = [1, 3, 5, 8];
        MeanError nested = MeanError.OfImages([few, many], isShared: false)!;
        Assert.Equal((3, MeanErrorOrigin.OtherImages), (nested.Images, nested.Origin));
        Assert.Equal(MeanErrorOrigin.SameImages, MeanError.OfImages([few], isShared: false)!.Origin);
        Assert.Equal(MeanErrorOrigin.SameImages, MeanError.OfImages([few, [2, 2, 3]], isShared: true)!.Origin);
    }

    [Fact]
    public void OfSeeds_DifferencesInTheLastBits_AreNone()
    {
        Assert.Null(MeanError.OfSeeds([1e6, 1e6 + 1e-7], 1e6));
        Assert.Null(MeanError.OfSeeds([3], 1));
        MeanError error = MeanError.OfSeeds([1, 2, 6], 1)!;
        Assert.Equal((Math.Sqrt(7.0 / 3), 2, 3, 0), (error.Standard, error.Freedom, error.Seeds, error.Images));
    }
}
