using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

public class TurnRuleTests(ITestOutputHelper output)
{
    private static readonly Func<double, double> plateau = SyntheticCourse.Plateau;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Judge_LastLayerFallsAtOnce_TurnsAbruptlyThere(int seeds)
    {
        AccuracyTurn turn = Judge(seeds, SyntheticCourse.Abrupt(0.1), plateau);
        Assert.True(turn.Turned);
        Assert.True(turn.Abrupt);
        Assert.True(turn.ByImages);
        Assert.InRange(turn.BestEpoch, 30, 140);
        Assert.InRange(turn.Drop.Value, 0.06, 0.14);
        Assert.InRange(turn.Beyond.Value, 0.05, 0.15);
    }

    [Fact]
    public void Judge_LastLayerFallsSlowly_TurnsNotAbruptly()
    {
        AccuracyTurn turn = Judge(3, SyntheticCourse.Slow(0.15), plateau);
        Assert.True(turn.Turned);
        Assert.False(turn.Abrupt);
    }

    [Fact]
    public void Judge_BothLayersFallAlike_IsNoTurn()
    {
        AccuracyTurn turn = Judge(3, SyntheticCourse.Abrupt(0.1), SyntheticCourse.Abrupt(0.1));
        Assert.False(turn.Turned);
        Assert.True(turn.Drop.Low > 0.05, "the last layer fell");
    }

    [Fact]
    public void Judge_RisingOrLevel_IsNoTurnAndSaysWhatWouldHaveBeenSeen()
    {
        foreach (Func<double, double> course in new Func<double, double>[] { SyntheticCourse.Rising, plateau })
        {
            AccuracyTurn turn = Judge(3, course, plateau);
            Assert.False(turn.Turned);
            Assert.Null(turn.Abrupt);
            Assert.InRange(turn.SmallestVisible, 0.01, 0.08);
        }
    }

    [Fact]
    public void Judge_DropBelowTheSmallest_IsNoTurnHoweverSure()
    {
        MemorisationOptions options = new() { SmallestDrop = 0.2 };
        Assert.False(Judge(3, SyntheticCourse.Abrupt(0.1), plateau, options).Turned);
    }

    [Fact]
    public void Judge_FewEvaluations_JudgesNothing() =>
        Assert.Empty(TurnRule.Judge([Courses([SyntheticCourse.Run(1, plateau, plateau, evaluations: 5)])], new()));

    /// <summary>Accuracies alone: one error for the end and the best, and nothing said where the number of images is unknown.</summary>
    [Fact]
    public void Judge_WithoutHits_GoesByTheAccuracies()
    {
        List<Measurement>[] runs = [.. Runs(3, SyntheticCourse.Abrupt(0.12), plateau).Select(
            run => run.Select(m => m with { Hits = null }).ToList())];
        AccuracyTurn turn = Assert.Single(TurnRule.Judge([Courses(runs)], new(), 2000));
        Assert.True(turn.Turned);
        Assert.False(turn.ByImages);
        Assert.Empty(TurnRule.Judge([Courses(runs)], new()));

        AccuracyTurn one = Assert.Single(TurnRule.Judge([Courses(runs[..1])], new(), 2000));
        double best = Value(one.BestEpoch), last = (Value(190) + Value(200)) / 2;
        Assert.Equal(best - last, one.Drop.Value, 12);
        Assert.Equal(Math.Sqrt(((best * (1 - best)) + (last * (1 - last) / 2)) / 2000), one.Drop.Error!.Standard, 12);

        double Value(int epoch) => runs[0].Single(m => m.Layer == "layer4" && m.Epoch == epoch).Value;
    }

    /// <summary>Each number again, from the definition and nothing else.</summary>
    [Fact]
    public void Judge_OneSeed_IsTheDefinition()
    {
        List<Measurement> run = SyntheticCourse.Run(4, SyntheticCourse.Abrupt(0.05), plateau, images: 101, jitter: 0);
        AccuracyTurn turn = Assert.Single(TurnRule.Judge([Courses([run])], new()));
        (int[] a, int[] b) = TurnRule.Halves(101);
        Assert.Equal(Enumerable.Range(0, 101), a.Concat(b).Order());
        bool[][] late = Of("layer4"), early = Of("layer2");
        double[] onA = [.. late.Select(hits => Share(hits, a))];
        double[] smooth = [.. onA.Select((_, t) => new[] { t - 1, t, t + 1 }.Where(i => i is >= 0 and <= 20).Average(i => onA[i]))];
        int best = smooth.ToList().IndexOf(smooth.Max());
        Assert.Equal(10 * best, turn.BestEpoch);
        double Drop(bool[][] layer) => Share(layer[best], b) - ((Share(layer[19], b) + Share(layer[20], b)) / 2);
        Assert.Equal(Drop(late), turn.Drop.Value, 12);
        Assert.Equal(Drop(late) - Drop(early), turn.Beyond.Value, 12);

        bool[][] Of(string layer) => [.. run.Where(m => m.Layer == layer).Select(m => Hits.Unpack(m.Hits!))];
        static double Share(bool[] hits, int[] images) => images.Average(i => hits[i] ? 1.0 : 0);
    }

    /// <summary>Seeds are fixed; what is asserted is far from what was found.</summary>
    [Fact]
    public void Judge_NothingButNoise_HardlyEverTurnsAndALargeDropNearlyAlways()
    {
        Assert.InRange(Rate(40, 1, plateau, plateau), 0, 0.1);
        Assert.InRange(Rate(20, 1, SyntheticCourse.Abrupt(0.12), plateau), 0.8, 1);
    }

    /// <summary>The numbers of docs/measures.md.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void Judge_CoursesOfEveryKind_HasTheRatesOfTheDocuments()
    {
        (string Name, Func<double, double> Late, Func<double, double> Early)[] courses =
        [
            ("plateau", plateau, plateau),
            ("rising", SyntheticCourse.Rising, plateau),
            ("both fall 8", SyntheticCourse.Abrupt(0.08), SyntheticCourse.Abrupt(0.08)),
            ("abrupt 3", SyntheticCourse.Abrupt(0.03), plateau),
            ("abrupt 5", SyntheticCourse.Abrupt(0.05), plateau),
            ("abrupt 8", SyntheticCourse.Abrupt(0.08), plateau),
            ("slow 8", SyntheticCourse.Slow(0.08), plateau),
        ];
        foreach (int seeds in new[] { 1, 3 })
        {
            foreach (var course in courses)
            {
                double[] rates = Rates(200, seeds, course.Late, course.Early, [new(), new() { BothHalves = true }]);
                output.WriteLine(FormattableString.Invariant($"{course.Name}, {seeds} seeds: {rates[0]:0.000}, both halves {rates[1]:0.000}"));
                if (course.Early == course.Late)
                    Assert.All(rates, rate => Assert.InRange(rate, 0, 0.08));
            }
        }
    }

    private static double Rate(int repetitions, int seeds, Func<double, double> late, Func<double, double> early) =>
        Rates(repetitions, seeds, late, early, [new()])[0];

    // The share of trainings that turn by each of some rules.
    private static double[] Rates(
        int repetitions, int seeds, Func<double, double> late, Func<double, double> early, MemorisationOptions[] rules)
    {
        int[] turned = new int[rules.Length];
        for (int k = 0; k < repetitions; k++)
        {
            List<Measurement>[] runs = [.. Enumerable.Range(0, seeds).Select(
                r => SyntheticCourse.Run((ulong)((100 * (k + 1)) + r), late, early))];
            for (int i = 0; i < rules.Length; i++)
                turned[i] += TurnRule.Judge([Courses(runs)], rules[i]).Single().Turned ? 1 : 0;
        }

        return [.. turned.Select(count => (double)count / repetitions)];
    }

    private static AccuracyTurn Judge(
        int seeds, Func<double, double> late, Func<double, double> early, MemorisationOptions? options = null) =>
        Assert.Single(TurnRule.Judge([Courses(Runs(seeds, late, early))], options ?? new()));

    private static List<Measurement>[] Runs(int seeds, Func<double, double> late, Func<double, double> early) =>
        [.. Enumerable.Range(0, seeds).Select(seed => SyntheticCourse.Run((ulong)seed, late, early))];

    private static (string, AccuracyCourse, AccuracyCourse) Courses(IReadOnlyList<List<Measurement>> runs) => (
        Measure.KnnAccuracy, AccuracyCourse.Of(runs, "layer4", Measure.KnnAccuracy),
        AccuracyCourse.Of(runs, "layer2", Measure.KnnAccuracy));

    /// <summary>Accuracies of several seeds alone: each number again, from the definition.</summary>
    [Fact]
    public void Judge_SeedsWithoutHits_IsTheDefinition()
    {
        List<Measurement>[] runs = [.. Runs(3, SyntheticCourse.Slow(0.1), SyntheticCourse.Slow(0.04)).Select(
            run => run.Select(m => m with { Hits = null }).ToList())];
        MemorisationOptions options = new() { SmallestDrop = 0.03 };
        AccuracyTurn turn = Assert.Single(TurnRule.Judge([Courses(runs)], options, 400));
        int best = turn.BestEpoch / 10;
        double[] mean = [.. Enumerable.Range(0, 21).Select(t => runs.Average(run => Of(run, "layer4")[t]))];
        double[] smooth = [.. mean.Select((_, t) => mean[Math.Max(0, t - 1)..Math.Min(21, t + 2)].Average())];
        Assert.Equal(smooth.Max(), smooth[best]);
        double[] late = [.. runs.Select(run => Drop(Of(run, "layer4")))], early = [.. runs.Select(run => Drop(Of(run, "layer2")))];
        double[] beyond = [.. late.Zip(early, (a, b) => a - b)];
        double ofLate = runs.Average(run => Sampling(Of(run, "layer4"))), ofEarly = runs.Average(run => Sampling(Of(run, "layer2")));
        MeanError drop = MeanError.OfSeeds(late, 1)!.Plus(ofLate / 3, 399), more = MeanError.OfSeeds(beyond, 1)!.Plus((ofLate + ofEarly) / 3, 399);
        Assert.Equal(late.Average(), turn.Drop.Value, 12);
        Assert.Equal(beyond.Average(), turn.Beyond.Value, 12);
        Close(drop, turn.Drop.Error!);
        Close(more, turn.Beyond.Error!);
        Assert.Equal(new[] { drop.Visible(1), more.Visible(1), 0.03 + (0.8416212335729143 * drop.Standard) }.Max(), turn.SmallestVisible, 12);
        MemorisationOptions large = new() { SmallestDrop = 0.5 };
        Assert.Equal(
            0.5 + (0.8416212335729143 * drop.Standard), Assert.Single(TurnRule.Judge([Courses(runs)], large, 400)).SmallestVisible, 12);

        double Drop(double[] curve) => curve[best] - ((curve[19] + curve[20]) / 2);
        double Sampling(double[] curve)
        {
            double last = (curve[19] + curve[20]) / 2;
            return ((curve[best] * (1 - curve[best])) + (last * (1 - last) / 2)) / 400;
        }

        static double[] Of(List<Measurement> run, string layer) => [.. run.Where(m => m.Layer == layer).Select(m => m.Value)];
    }

    /// <summary>One seed whose evaluations move together: that stands in for other seeds. And both halves in turn.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Judge_OneSeedThatMovesTogether_HasTheErrorOfTheDefinition(bool both)
    {
        List<Measurement> run = SyntheticCourse.Run(4, SyntheticCourse.Abrupt(0.08), plateau, images: 120, jitter: 0.06);
        (_, AccuracyCourse late, AccuracyCourse early) = Courses([run]);
        AccuracyTurn turn = Assert.Single(TurnRule.Judge([Courses([run])], new() { BothHalves = both }));
        (int[] a, int[] b) = TurnRule.Halves(120);
        double[] ofLate = Drops(late, a, b), ofEarly = Drops(early, a, b);
        if (both)
            (ofLate, ofEarly) = ([.. ofLate, .. Drops(late, b, a)], [.. ofEarly, .. Drops(early, b, a)]);
        double[] beyond = [.. ofLate.Zip(ofEarly, (x, y) => x - y)];
        Assert.True(late.CommonVariance() > 0 && early.CommonVariance() > 0);
        Assert.Equal(ofLate.Average(), turn.Drop.Value, 12);
        Assert.Equal(beyond.Average(), turn.Beyond.Value, 12);
        Close(MeanError.OfImages([ofLate], true)!.Plus(1.5 * late.CommonVariance(), 19), turn.Drop.Error!);
        Close(MeanError.OfImages([beyond], true)!.Plus(1.5 * (late.CommonVariance() + early.CommonVariance()), 19), turn.Beyond.Error!);

        double[] Drops(AccuracyCourse course, int[] choose, int[] measure)
        {
            double[] smooth = CurveNoise.Means(late.Mean(choose));
            int best = Array.IndexOf(smooth, smooth.Max());
            double Hit(int t, int i) => course.Hits![0][t][i] ? 1 : 0;
            return [.. measure.Select(i => Hit(best, i) - ((Hit(19, i) + Hit(20, i)) / 2))];
        }
    }

    [Fact]
    public void Judge_TwoSeeds_TakesTheirSpreadForWhatSeedsDo()
    {
        List<Measurement>[] runs = [SyntheticCourse.Run(101, plateau, plateau, images: 60), SyntheticCourse.Run(102, plateau, plateau, images: 60)];
        AccuracyTurn turn = Assert.Single(TurnRule.Judge([Courses(runs)], new()));
        (_, AccuracyCourse late, _) = Courses(runs);
        (_, int[] b) = TurnRule.Halves(60);
        int best = turn.BestEpoch / 10;
        double[][] drops = [.. late.Hits!.Select(seed => b.Select(
            i => (seed[best][i] ? 1.0 : 0) - (((seed[19][i] ? 1.0 : 0) + (seed[20][i] ? 1.0 : 0)) / 2)).ToArray())];
        Close(MeanError.OfImages(drops, true)!.Plus(0, 19), turn.Drop.Error!);
    }

    [Fact]
    public void Judge_LayersWithOtherEvaluationsOrHits_TakesWhatBothHave()
    {
        List<Measurement> run = SyntheticCourse.Run(1, plateau, plateau, evaluations: 7, images: 40);
        AccuracyTurn six = Assert.Single(TurnRule.Judge([Courses([[.. run.Where(m => m.Layer == "layer4" || m.Epoch != 30)]])], new()));
        Assert.Equal(6, six.Evaluations);
        Assert.Empty(TurnRule.Judge([Courses([[.. run.Where(m => m.Layer == "layer4" || m.Epoch > 10)]])], new()));
        List<Measurement> without = [.. run.Select(m => m.Layer == "layer2" ? m with { Hits = null } : m)];
        Assert.Empty(TurnRule.Judge([Courses([without])], new()));
        Assert.False(Assert.Single(TurnRule.Judge([Courses([without])], new(), 40)).ByImages);
        Assert.Empty(TurnRule.Judge([Courses([SyntheticCourse.Run(1, plateau, plateau, images: 3)])], new()));
        Assert.Single(TurnRule.Judge([Courses([SyntheticCourse.Run(1, plateau, plateau, images: 4)])], new()));
        List<Measurement> other = SyntheticCourse.Run(1, plateau, plateau, evaluations: 7, images: 41);
        Assert.Empty(TurnRule.Judge([Courses([[.. run.Where(m => m.Layer == "layer4"), .. other.Where(m => m.Layer == "layer2")]])], new()));
    }

    private static void Close(MeanError expected, MeanError found)
    {
        Assert.Equal(expected.Standard, found.Standard, 12);
        Assert.Equal(expected.Freedom, found.Freedom, 6);
    }
}
