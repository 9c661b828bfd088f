using Lethe.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Tests.Diagnostics;

public class MemorisationMonitorTests
{
    private static readonly Func<double, double> plateau = SyntheticCourse.Plateau;

    [Fact]
    public void Judge_AccuracyTurns_SaysMemorisationWithItsNumbers()
    {
        MemorisationVerdict verdict = MemorisationMonitor.JudgeSeeds(
            [Run(1, SyntheticCourse.Abrupt(0.12)), Run(2, SyntheticCourse.Abrupt(0.12)), Run(3, SyntheticCourse.Abrupt(0.12))]);
        Assert.Equal((MemorisationKind.Memorisation, "layer4"), (verdict.Kind, verdict.Layer));
        Assert.Equal(verdict.Turn!.BestEpoch, verdict.Epoch);
        Assert.StartsWith($"Memorisation: the kNN accuracy of layer4 on unseen images was best at epoch {verdict.Epoch} and ended ",
            verdict.Reason, StringComparison.Ordinal);
        Assert.Contains("points more than that of layer2", verdict.Reason, StringComparison.Ordinal);
        Assert.Contains("Half of it was lost within a tenth of the epochs.", verdict.Reason, StringComparison.Ordinal);
        Assert.StartsWith("memorisation: the kNN accuracy of layer4 turned at epoch", verdict.Clause, StringComparison.Ordinal);
        Assert.DoesNotContain("recorded", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_NothingTurns_SaysWhatWouldHaveBeenSeen()
    {
        MemorisationVerdict verdict = MemorisationMonitor.Judge(
            [.. Run(1, plateau), .. Run(2, SyntheticCourse.Rising, Measure.LinearAccuracySeenBank)]);
        Assert.Equal((MemorisationKind.NoTurn, null, null), (verdict.Kind, verdict.Epoch, verdict.Layer));
        Assert.Equal(2, verdict.Accuracies.Count);
        Assert.Contains("of the kNN accuracy, ", verdict.Reason, StringComparison.Ordinal);
        Assert.Contains("of the linear accuracy from images trained on.", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(verdict.Accuracies.Min(one => one.SmallestVisible), verdict.SmallestVisible);
        Assert.Contains("no memorisation was seen, where a drop of", verdict.Clause, StringComparison.Ordinal);
    }

    /// <summary>A healthy run that an earlier rule stopped: ΔR turns on images trained on, that on unseen ones alike, accuracy rises.</summary>
    [Fact]
    public void Judge_ReductionTurnsOnSeenAndUnseenAlike_IsNoMemorisation()
    {
        List<Measurement> run =
        [
            .. Run(1, SyntheticCourse.Rising), .. Curve("layer4", Measure.InstanceReductionTrain, i => i < 8 ? 10 + i : 18 - (0.4 * (i - 8))),
            .. Curve("layer4", Measure.InstanceReductionHeldOut, i => i < 8 ? 10 + i : 18 - (0.4 * (i - 8))),
            .. Curve(Measure.Run, Measure.LossTrain, i => 5 - (0.1 * i)), .. Curve(Measure.Run, Measure.LossHeldOut, i => 5 - (0.1 * i)),
        ];
        Assert.True(ReductionMonitor.Judge(run).Turned);
        MemorisationVerdict verdict = MemorisationMonitor.Judge(run);
        Assert.Equal(MemorisationKind.NoTurn, verdict.Kind);
        Assert.DoesNotContain("ΔR", verdict.Reason, StringComparison.Ordinal);

        // Without labels the loss is asked, and it fell.
        Assert.Equal(MemorisationKind.NoTurn, MemorisationMonitor.Judge([.. run.Where(m => m.Name != Measure.KnnAccuracy)]).Kind);
    }

    [Fact]
    public void Judge_LossTurnsWithoutLabels_IsNotCalledMemorisation()
    {
        List<Measurement> run = [.. Loss(i => 2 - (0.1 * i), i => i < 8 ? 2 - (0.1 * i) : 1.2 + (0.1 * (i - 8)))];
        MemorisationVerdict verdict = MemorisationMonitor.Judge(run);
        Assert.Equal((MemorisationKind.LossTurned, null), (verdict.Kind, verdict.Layer));
        Assert.InRange(verdict.Epoch!.Value, 70, 90);
        Assert.DoesNotContain("emoris", verdict.Reason + verdict.Clause, StringComparison.Ordinal);

        // With labels that say otherwise the accuracy decides, and the loss is told as what it is.
        MemorisationVerdict labelled = MemorisationMonitor.Judge([.. run, .. Run(1, SyntheticCourse.Rising)]);
        Assert.Equal(MemorisationKind.NoTurn, labelled.Kind);
        Assert.Contains("The method's loss on unseen images turned at epoch", labelled.Reason, StringComparison.Ordinal);
    }

    /// <summary>The losses of the positive control with right labels, whose lowest is among the first evaluations; and a healthy course.</summary>
    [Theory]
    [InlineData(true, new[] { 2.33, 1.49, 1.11, 0.85, 0.49, 0.22, 0.13, 0.09 }, new[] { 2.33, 1.54, 1.43, 1.48, 1.65, 1.94, 2.17, 2.28 })]
    [InlineData(false, new[] { 2.33, 1.49, 1.11, 0.85, 0.49, 0.22, 0.13, 0.09 }, new[] { 2.33, 1.54, 1.43, 1.38, 1.35, 1.34, 1.34, 1.33 })]
    public void Judge_LossesWhoseLowestComesEarly_Turn(bool turns, double[] seen, double[] unseen)
    {
        int[] epochs = [0, 4, 8, 12, 20, 32, 48, 60];
        LossTurn turn = MemorisationMonitor.Judge(
        [
            .. epochs.Zip(seen, (at, loss) => new Measurement(at, Measure.Run, Measure.LossTrain, loss)),
            .. epochs.Zip(unseen, (at, loss) => new Measurement(at, Measure.Run, Measure.LossHeldOut, loss)),
        ]).Loss;
        Assert.Equal(turns, turn.Turned);
        if (turns)
            Assert.InRange(turn.LowestEpoch!.Value, 8, 12);
    }

    [Fact]
    public void Judge_LossRisesOnSeenAndUnseenAlike_IsNoTurn()
    {
        Func<int, double> course = i => i < 8 ? 2 - (0.1 * i) : 1.2 + (0.1 * (i - 8));
        Assert.Equal(MemorisationKind.NoTurn, MemorisationMonitor.Judge([.. Loss(course, course)]).Kind);
    }

    [Fact]
    public void Judge_TooLittle_SaysWhatIsMissing()
    {
        MemorisationVerdict few = MemorisationMonitor.Judge([.. Run(1, plateau).Where(m => m.Epoch < 50)]);
        Assert.Equal(MemorisationKind.TooFew, few.Kind);
        Assert.Contains("Too few evaluations to judge memorisation: 5, and the rule needs 6", few.Reason, StringComparison.Ordinal);

        MemorisationVerdict bare = MemorisationMonitor.Judge([.. Run(1, plateau).Select(m => m with { Hits = null })]);
        Assert.Equal(MemorisationKind.TooFew, bare.Kind);
        Assert.Contains("memorisation cannot be judged", bare.Reason, StringComparison.Ordinal);
        Assert.Contains("Too few", MemorisationMonitor.Judge([]).Reason, StringComparison.Ordinal);
    }

    /// <summary>An encoder from elsewhere whose heads alone were trained: each evaluation is of the same features, which shows no course.</summary>
    [Fact]
    public void Judge_LastLayerStoodStill_JudgesNothing()
    {
        List<Measurement> run =
            [.. Run(1, plateau), .. Curve("layer4", Measure.InstanceReductionHeldOut, _ => 125.8), .. Loss(i => 2 - (0.1 * i), i => 2 + (0.1 * i))];
        MemorisationVerdict verdict = MemorisationMonitor.Judge(run);
        Assert.Equal((MemorisationKind.StoodStill, null, null), (verdict.Kind, verdict.SmallestVisible, verdict.Turn));
        Assert.StartsWith("Memorisation cannot be judged: layer4 did not change in this run", verdict.Reason, StringComparison.Ordinal);

        // One seed that moves is a training, and one evaluation is no course.
        List<Measurement> moved = [.. Run(2, plateau), .. Curve("layer4", Measure.InstanceReductionHeldOut, i => 125.8 + i)];
        Assert.Equal(MemorisationKind.NoTurn, MemorisationMonitor.JudgeSeeds([run, moved]).Kind);
        Assert.Equal(MemorisationKind.TooFew, MemorisationMonitor.Judge([.. run.Where(m => m.Epoch == 0)]).Kind);
    }

    /// <summary>Runs of versions that recorded no hits are judged by their accuracies, and it is said.</summary>
    [Fact]
    public void Judge_WithoutHits_SaysThatItRestsOnAccuraciesAlone()
    {
        MemorisationVerdict verdict = MemorisationMonitor.Judge(
            [.. Run(1, SyntheticCourse.Abrupt(0.15)).Select(m => m with { Hits = null })], null, 2000);
        Assert.Equal(MemorisationKind.Memorisation, verdict.Kind);
        Assert.EndsWith("so this rests on the accuracies alone.", verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(12, false)]
    public void Judge_ReductionPeaksThereOrElsewhere_SaysWhetherItShowsTheTurn(int off, bool shows)
    {
        List<Measurement> run = Run(1, x => x < 0.2 ? 0.3 + x : x < 0.3 ? 0.5 : 0.5 - (0.25 * (x - 0.3)));
        int best = MemorisationMonitor.Judge(run).Epoch!.Value / 10;
        MemorisationVerdict verdict = MemorisationMonitor.Judge(
            [.. run, .. Curve("layer4", Measure.InstanceReductionHeldOut, i => 20 - Math.Abs(i - best - off))]);
        Assert.Equal(shows, verdict.ReductionShows);
        Assert.Contains(shows ? "peaked there too" : "does not show it", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_EpochsRepeated_TakesTheLatest()
    {
        List<Measurement> run = Run(1, SyntheticCourse.Abrupt(0.12)), stale = Run(7, plateau);
        Assert.Equal(MemorisationMonitor.Judge(run).Reason, MemorisationMonitor.Judge([.. stale, .. run]).Reason);
    }

    [Fact]
    public void Validate_ConstantsThatCannotBe_AreRefused()
    {
        Assert.Throws<InvalidOptionException>(new MemorisationOptions { SmallestDrop = -0.1 }.Validate);
        Assert.Throws<InvalidOptionException>(new MemorisationOptions { EarlyLayer = "layer4" }.Validate);
        Assert.Throws<InvalidOptionException>(() => MemorisationMonitor.Judge([], new MemorisationOptions { Patience = 0 }));
    }

    private static List<Measurement> Run(ulong seed, Func<double, double> late, string measure = Measure.KnnAccuracy) =>
        SyntheticCourse.Run(seed, late, plateau, measure: measure);

    private static IEnumerable<Measurement> Loss(Func<int, double> seen, Func<int, double> unseen) =>
        [.. Curve(Measure.Run, Measure.LossTrain, seen), .. Curve(Measure.Run, Measure.LossHeldOut, unseen)];

    private static IEnumerable<Measurement> Curve(string layer, string name, Func<int, double> value) =>
        Enumerable.Range(0, 21).Select(i => new Measurement(10 * i, layer, name, value(i)));

    /// <summary>Each accuracy that turned is named once, the others after the first; none where there are none.</summary>
    [Fact]
    public void Judge_TwoAccuraciesTurn_NamesTheOtherToo()
    {
        MemorisationVerdict one = MemorisationMonitor.Judge([.. Run(1, SyntheticCourse.Abrupt(0.15)), .. Run(2, plateau, Measure.LinearAccuracy)]);
        Assert.Equal(MemorisationKind.Memorisation, one.Kind);
        Assert.DoesNotContain("So did", one.Reason, StringComparison.Ordinal);
        MemorisationVerdict two = MemorisationMonitor.Judge(
            [.. Run(1, SyntheticCourse.Abrupt(0.15)), .. Run(2, SyntheticCourse.Abrupt(0.15), Measure.LinearAccuracy)]);
        string other = two.Turn!.Measure == Measure.KnnAccuracy ? "linear accuracy" : "kNN accuracy";
        Assert.Contains($" So did the {other}.", two.Reason, StringComparison.Ordinal);
        Assert.Contains($"and ended {100 * two.Turn.Drop.Value:0.0} points lower", two.Reason, StringComparison.Ordinal);
    }

    /// <summary>
    /// Nearer to the turn than half the schedule, and within a tenth of the epochs: both. The median of three peaks one evaluation earlier.
    /// </summary>
    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(-1, true)]
    [InlineData(-2, false)]
    public void Judge_ReductionPeaksNearTheTurn_ShowsItWithinATenthOfTheEpochs(int off, bool shows)
    {
        List<Measurement> run = [.. Run(1, x => x < 0.2 ? 0.3 + x : x < 0.3 ? 0.5 : 0.5 - (0.25 * (x - 0.3))).Select(m => m with { Epoch = m.Epoch + 100 })];
        int best = MemorisationMonitor.Judge(run).Epoch!.Value;
        Assert.InRange(best, 110, 180);
        MemorisationVerdict verdict = MemorisationMonitor.Judge(
            [.. run, .. Enumerable.Range(0, 21).Select(i => new Measurement(
                100 + (10 * i), "layer4", Measure.InstanceReductionHeldOut, 20 - (0.1 * Math.Abs(100 + (10 * i) - best - (10 * off)))))]);
        Assert.Equal(shows, verdict.ReductionShows);
    }

    [Fact]
    public void Judge_HalfTheScheduleIsAsNear_DoesNotShowTheTurn()
    {
        List<Measurement> run = Run(1, x => x < 0.55 ? 0.3 + (0.4 * x) : 0.52 - (0.5 * (x - 0.55)));
        int best = MemorisationMonitor.Judge(run).Epoch!.Value;
        Assert.InRange(best, 80, 120);
        Assert.NotEqual(100, best);

        // As far on the other side of the turn as half the schedule; the median of three peaks one evaluation earlier.
        int peak = (2 * best) - 100;
        MemorisationVerdict verdict = MemorisationMonitor.Judge(
            [.. run, .. Curve("layer4", Measure.InstanceReductionHeldOut, i => 20 - Math.Abs((10 * i) - peak - 10))]);
        Assert.False(verdict.ReductionShows);
    }
}
