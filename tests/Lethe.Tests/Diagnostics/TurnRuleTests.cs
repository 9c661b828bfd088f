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
}
