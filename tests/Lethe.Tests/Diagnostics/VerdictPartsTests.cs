using Lethe.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Tests.Diagnostics;

/// <summary>What verdicts say of their parts.</summary>
public class VerdictPartsTests
{
    [Fact]
    public void Drop_WithAnError_ReachesAsFarToEitherSide()
    {
        var error = new MeanError(0.02, 50, 1, 100, MeanErrorOrigin.SameImages);
        AccuracyDrop drop = new(0.1, error), none = new(0.1, null), rise = new(-0.1, error);
        Assert.Equal((0.1 - error.Reach(), 0.1 + error.Reach(), error.Chance(0.1)), (drop.Low, drop.High, drop.P));
        Assert.Equal((0.1, 0.1, 0.0), (none.Low, none.High, none.P));
        Assert.Equal(1, rise.P);
    }

    [Fact]
    public void Verdict_OfSeveralAccuracies_TakesTheSurestTurnAndTheSmallestVisible()
    {
        AccuracyTurn Turn(string measure, double value, bool turned, double visible)
        {
            AccuracyDrop drop = new(value, new MeanError(0.02, 50, 1, 100, MeanErrorOrigin.SameImages));
            return new AccuracyTurn(measure, 10, drop, drop) { Evaluations = 9, ByImages = true, Turned = turned, SmallestVisible = visible };
        }

        MemorisationVerdict verdict = new(MemorisationKind.Memorisation, 10, "layer4", "", "") { Loss = new LossTurn(0, null, 0, false) };
        Assert.Equal((null, null), (verdict.Turn, verdict.SmallestVisible));
        verdict = verdict with { Accuracies = [Turn("a", 0.05, true, 0.03), Turn("b", 0.08, true, 0.02), Turn("c", 0.2, false, 0.04)] };
        Assert.Equal(("b", 0.02), (verdict.Turn!.Measure, verdict.SmallestVisible));
    }

    [Theory]
    [InlineData(CurveShape.TooShort, CurveShape.TooShort, false)]
    [InlineData(CurveShape.Flat, CurveShape.TooShort, true)]
    [InlineData(CurveShape.TooShort, CurveShape.Rising, true)]
    public void Reduction_SomeLayerWithEnough_IsJudged(object train, object heldOut, bool judged)
    {
        static ReductionCurve Curve(object shape) => new((CurveShape)shape, 3, 0, 1, 1, 0);
        var gap = new ReductionGap(false, null, 3, 0, 0, 0);
        LayerReduction none = new("layer2", Curve(CurveShape.TooShort), Curve(CurveShape.TooShort), gap), some = new("layer4", Curve(train), Curve(heldOut), gap);
        Assert.Equal(judged, new ReductionVerdict(false, null, null, false, null, null, "") { Layers = [none, some] }.IsJudged);
    }

    [Fact]
    public void Options_ThatCannotBeTogether_SayWhichAndWhy()
    {
        new MemorisationOptions { Patience = 4, FewestEvaluations = 6 }.Validate();
        Assert.Contains(
            "--fewest-evaluations must be at least --patience + 2 = 7, found 6.",
            Assert.Throws<InvalidOptionException>(() => new MemorisationOptions { Patience = 5, FewestEvaluations = 6 }.Validate()).Message,
            StringComparison.Ordinal);
        new LinearProbeOptions { SmallestStrength = 2, LargestStrength = 2 }.Validate();
        Assert.Contains(
            "smallest-strength must be at most largest-strength (2), found 3.",
            Assert.Throws<InvalidOptionException>(() => new LinearProbeOptions { SmallestStrength = 3, LargestStrength = 2 }.Validate()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Intervals_OfNothing_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Wilson(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Student([1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Bootstrap(1, 0, _ => 1, 1));
    }

    [Fact]
    public void Noise_OfThreeValues_IsThatOfTheirBendAndTheirMedianTheMiddleOne()
    {
        Assert.Equal(4 / (0.6745 * Math.Sqrt(6)), CurveNoise.Of([1, 3, 1]), 1e-12);
        Assert.Equal(0, CurveNoise.Of([1, 3]));
        Assert.Equal([2, 2, 2], CurveNoise.Medians([3, 1, 2]));
        Assert.Equal([3, 1], CurveNoise.Medians([3, 1]));
        Assert.Empty(CurveNoise.Medians([]));
    }
}
