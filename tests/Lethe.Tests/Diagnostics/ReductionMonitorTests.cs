using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Tests.Diagnostics;

public class ReductionMonitorTests
{
    private static readonly Func<int, double> rising = i => 35 - 20 * Math.Exp(-i / 8.0);
    private static readonly Func<int, double> risingThenFalling = i => i <= 12 ? 15 + i : 27 - 0.5 * (i - 12);

    [Fact]
    public void Judge_MonotoneRise_DoesNotTurn()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(Curve("layer4", Measure.InstanceReductionTrain, 30, rising));
        Assert.Equal((false, null, null), (verdict.Turned, verdict.TurnEpoch, verdict.TurnLayer));
        Assert.Equal(CurveShape.Rising, Assert.Single(verdict.Layers).Train.Shape);
        Assert.Contains("did not turn", verdict.Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void Judge_RiseThenFall_TurnsAtThePeak(double noise)
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(
            Curve("layer4", Measure.InstanceReductionTrain, 30, risingThenFalling, noise));
        Assert.True(verdict.Turned);
        Assert.Equal("layer4", verdict.TurnLayer);
        Assert.InRange(verdict.TurnEpoch!.Value, noise < 0.2 ? 110 : 100, noise < 0.2 ? 130 : 140);
        ReductionCurve curve = Assert.Single(verdict.Layers).Train;
        Assert.Equal(CurveShape.Turned, curve.Shape);
        Assert.InRange(curve.Peak, 26, 28);
        Assert.InRange(curve.Drop, 7, 10);
        Assert.Contains("layer4 on training images", verdict.Reason);
    }

    [Fact]
    public void Judge_OnlyNoise_HardlyEverTurns()
    {
        int turned = Enumerable.Range(0, 200)
            .Count(
                seed => ReductionMonitor.Judge(Curve("layer4", Measure.InstanceReductionTrain, 30, _ => 20, 0.5, (ulong)seed)).Turned);
        Assert.InRange(turned, 0, 4);
    }

    [Fact]
    public void Judge_NoisyRiseToAPlateau_HardlyEverTurns()
    {
        int turned = Enumerable.Range(0, 200)
            .Count(
                seed => ReductionMonitor.Judge(
                    Curve("layer4", Measure.InstanceReductionTrain, 40, i => 20 + Math.Min(i, 10), 0.5, (ulong)seed)).Turned);
        Assert.InRange(turned, 0, 4);
    }

    [Fact]
    public void Judge_PlateauWithOneOutlier_DoesNotTurn()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(
            Curve("layer4", Measure.InstanceReductionTrain, 20, i => 20 + Math.Min(i, 8) + (i == 12 ? 30 : 0)));
        Assert.False(verdict.Turned);
        Assert.Equal(CurveShape.Rising, Assert.Single(verdict.Layers).Train.Shape);
    }

    [Fact]
    public void Judge_FlatOrFallingFromTheStart_IsNoTurn()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(
        [
            .. Curve("stem", Measure.InstanceReductionTrain, 20, _ => 4),
            .. Curve("layer1", Measure.InstanceReductionTrain, 20, i => 12 - 0.3 * i),
        ]);
        Assert.False(verdict.Turned);
        Assert.Equal([CurveShape.Flat, CurveShape.Falling], verdict.Layers.Select(l => l.Train.Shape));
    }

    [Fact]
    public void Judge_FallThatHasNotHeldForThePatience_WaitsForMore()
    {
        Func<int, double> lateFall = i => i <= 16 ? i : 16 - 3 * (i - 16);
        Assert.False(ReductionMonitor.Judge(Curve("layer4", Measure.InstanceReductionTrain, 19, lateFall)).Turned);
        Assert.True(ReductionMonitor.Judge(Curve("layer4", Measure.InstanceReductionTrain, 22, lateFall)).Turned);
    }

    [Fact]
    public void Judge_FallThatRecovers_IsNoTurn() =>
        Assert.False(
            ReductionMonitor.Judge(
                Curve("layer4", Measure.InstanceReductionTrain, 30, i => i is > 10 and < 18 ? 5 : Math.Min(i, 12))).Turned);

    [Fact]
    public void Judge_TooFewPoints_SaysSo()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(Curve("layer4", Measure.InstanceReductionTrain, 5, i => i < 2 ? i : -i));
        Assert.False(verdict.Turned);
        Assert.Equal(CurveShape.TooShort, Assert.Single(verdict.Layers).Train.Shape);
        Assert.Contains("Too few evaluations to say what ΔR did: 5, and the rule needs 6", verdict.Reason);
        Assert.Contains("Too few", ReductionMonitor.Judge([]).Reason);
    }

    [Fact]
    public void Judge_EarlyLayersFlatLastFalls_NamesTheLast()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(
        [
            .. Curve("stem", Measure.InstanceReductionTrain, 30, _ => 5, 0.05),
            .. Curve("layer2", Measure.InstanceReductionTrain, 30, rising, 0.05),
            .. Curve("layer4", Measure.InstanceReductionTrain, 30, risingThenFalling, 0.05),
        ]);
        Assert.Equal("layer4", verdict.TurnLayer);
        Assert.Equal(["stem", "layer2", "layer4"], verdict.Layers.Select(l => l.Layer));
        Assert.Equal([CurveShape.Flat, CurveShape.Rising, CurveShape.Turned], verdict.Layers.Select(l => l.Train.Shape));
    }

    [Fact]
    public void Judge_SeveralLayersTurn_NamesTheEarliest()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(
        [
            .. Curve("layer3", Measure.InstanceReductionTrain, 40, i => i <= 20 ? i : 40 - i),
            .. Curve("layer4", Measure.InstanceReductionTrain, 40, i => i <= 12 ? i : 24 - i),
        ]);
        Assert.Equal("layer4", verdict.TurnLayer);
        Assert.InRange(verdict.TurnEpoch!.Value, 110, 130);
    }

    [Fact]
    public void Judge_OnlyUnseenImagesTurn_SaysOnWhich()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(
        [
            .. Curve("layer4", Measure.InstanceReductionTrain, 30, rising),
            .. Curve("layer4", Measure.InstanceReductionHeldOut, 30, risingThenFalling),
        ]);
        Assert.True(verdict.Turned);
        Assert.Contains("layer4 on unseen images", verdict.Reason);
        Assert.Equal(CurveShape.Rising, Assert.Single(verdict.Layers).Train.Shape);
    }

    [Fact]
    public void Judge_GapOpensWithoutATurn_ReportsItApart()
    {
        // As a small prototype saw: both rise, the training images' further.
        ReductionVerdict verdict = ReductionMonitor.Judge(
        [
            .. Curve("layer3", Measure.InstanceReductionTrain, 30, rising),
            .. Curve("layer3", Measure.InstanceReductionHeldOut, 30, i => rising(i) - 0.3),
            .. Curve("layer4", Measure.InstanceReductionTrain, 30, rising),
            .. Curve(
                "layer4", Measure.InstanceReductionHeldOut, 30, i => rising(i) - 0.2 - (i > 10 ? 4 - 4 * Math.Exp((10 - i) / 8.0) : 0)),
        ]);
        Assert.False(verdict.Turned);
        Assert.True(verdict.GapOpened);
        Assert.Equal("layer4", verdict.GapLayer);
        Assert.InRange(verdict.GapEpoch!.Value, 120, 160);
        Assert.Contains("did not turn", verdict.Reason);
        Assert.Contains("rose against ΔR on unseen ones", verdict.Reason);
        Assert.False(verdict.Layers[0].Gap.Opened);
        Assert.Equal(0.2, verdict.Layers[1].Gap.First, 1e-9);
        Assert.InRange(verdict.Layers[1].Gap.Last, 3.5, 4.2);
    }

    [Fact]
    public void Judge_ConstantOrClosingGap_IsNotOpen()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(
        [
            .. Curve("layer4", Measure.InstanceReductionTrain, 30, rising, 0.1, 1),
            .. Curve("layer4", Measure.InstanceReductionHeldOut, 30, i => rising(i) - 3, 0.1, 2),
            .. Curve("layer3", Measure.InstanceReductionTrain, 30, rising),
            .. Curve("layer3", Measure.InstanceReductionHeldOut, 30, i => rising(i) - (i is > 5 and < 20 ? 4 : 0)),
        ]);
        Assert.False(verdict.GapOpened);
        Assert.Contains("No layer opened a gap", verdict.Reason);
    }

    [Fact]
    public void Judge_EpochsRepeatedAndUnordered_TakesTheLatest()
    {
        Measurement[] curve = [.. Curve("layer4", Measure.InstanceReductionTrain, 30, risingThenFalling)];
        Measurement[] stale = [.. curve.Skip(10).Select(m => m with { Value = 99 })];
        ReductionVerdict expected = ReductionMonitor.Judge(curve);
        ReductionVerdict found = ReductionMonitor.Judge([.. stale, .. curve.Reverse()]);
        Assert.Equal(expected.Layers, found.Layers);
        Assert.Equal(expected.Reason, found.Reason);
    }

    /// <summary>As many evaluations, and as many of them below, as the rule asks for, and one fewer.</summary>
    [Fact]
    public void Judge_JustEnough_TurnsAndOneFewerDoesNot()
    {
        double[] values = [0, 4, 8, 6, 4, 2, 0];
        Measurement[] curve = [.. Curve("layer4", Measure.InstanceReductionTrain, 7, i => values[i])];
        CurveShape Shape(int fewest, int patience) => Assert.Single(ReductionMonitor.Judge(
            curve, new MemorisationOptions { FewestEvaluations = fewest, Patience = patience }).Layers).Train.Shape;
        Assert.Equal(CurveShape.Turned, Shape(7, 3));
        Assert.Equal(CurveShape.TooShort, Shape(8, 3));
        Assert.Equal(CurveShape.Rising, Shape(7, 4));
        Assert.Contains("Too few evaluations to say what ΔR did: 7", ReductionMonitor.Judge(
            [.. curve, .. Curve("stem", Measure.InstanceReductionTrain, 2, i => i)], new MemorisationOptions { FewestEvaluations = 8 }).Reason);
        Assert.DoesNotContain("Too few", ReductionMonitor.Judge(
            [.. curve, .. Curve("stem", Measure.InstanceReductionTrain, 2, i => i)], new MemorisationOptions { FewestEvaluations = 7 }).Reason);
    }

    [Fact]
    public void Judge_GapsOfTwoLayers_NamesTheEarliestAndOfEqualOnesTheLarger()
    {
        ReductionVerdict early = ReductionMonitor.Judge([.. Gap("layer3", 7, 5), .. Gap("layer4", 4, 5)], Seven(7));
        Assert.Equal(("layer4", 40), (early.GapLayer, early.GapEpoch));
        ReductionVerdict larger = ReductionMonitor.Judge([.. Gap("layer3", 4, 5), .. Gap("layer4", 4, 8), .. Gap("layer2", 4, 6)], Seven(7));
        Assert.Equal("layer4", larger.GapLayer);
        Assert.Contains("their difference went from 1.00 to 9.00 nats", larger.Reason);
        Assert.False(ReductionMonitor.Judge([.. Gap("layer4", 4, 5)], Seven(11)).GapOpened);
        Assert.True(ReductionMonitor.Judge([.. Gap("layer4", 7, 5)], Seven(10)).GapOpened);
        Assert.False(ReductionMonitor.Judge([.. Gap("layer4", 8, 5)], Seven(10)).GapOpened);

        // The layer without unseen images says nothing of a gap, the other does.
        Assert.Contains("No layer opened a gap", ReductionMonitor.Judge(
            [.. Curve("stem", Measure.InstanceReductionTrain, 10, i => 10 * i), .. Gap("layer4", 99, 5)], Seven(10)).Reason);

        static MemorisationOptions Seven(int fewest) => new() { FewestEvaluations = fewest };
        static IEnumerable<Measurement> Gap(string layer, int from, double gap) =>
        [
            .. Curve(layer, Measure.InstanceReductionTrain, 10, i => 10 * i),
            .. Curve(layer, Measure.InstanceReductionHeldOut, 10, i => (10 * i) - 1 - (i >= from ? gap : 0)),
        ];
    }

    [Fact]
    public void Judge_OtherMeasures_AreLeftOut()
    {
        ReductionVerdict verdict = ReductionMonitor.Judge(Curve("layer4", Measure.LinearAccuracy, 30, risingThenFalling));
        Assert.Empty(verdict.Layers);
        Assert.False(verdict.Turned);
    }

    [Fact]
    public void Validate_ConstantsThatCannotBe_AreRefused()
    {
        Assert.Throws<InvalidOptionException>(new MemorisationOptions { RelativeTolerance = 1 }.Validate);
        Assert.Throws<InvalidOptionException>(new MemorisationOptions { AbsoluteTolerance = double.NaN }.Validate);
        Assert.Throws<InvalidOptionException>(new MemorisationOptions { NoiseTolerance = -1 }.Validate);
        Assert.Throws<InvalidOptionException>(new MemorisationOptions { Patience = 0 }.Validate);
        Assert.Throws<InvalidOptionException>(new MemorisationOptions { FewestEvaluations = 4 }.Validate);
        Assert.Throws<InvalidOptionException>(() => ReductionMonitor.Judge([], new MemorisationOptions { Patience = 0 }));
    }

    // An evaluation every ten epochs.
    private static List<Measurement> Curve(string layer, string name, int count, Func<int, double> value, double noise = 0, ulong seed = 1)
    {
        var stream = new RandomStream(seed);
        var curve = new List<Measurement>();
        for (int i = 0; i < count; i++)
        {
            curve.Add(new Measurement(10 * i, layer, name, value(i) + noise * stream.NextGaussian()));
        }

        return curve;
    }
}
