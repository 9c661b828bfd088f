using System.Reflection;
using CsCheck;
using Lethe.Diagnostics;
using Lethe.Evaluation.Protocols;

namespace Lethe.Tests.Diagnostics;

public class MeasureRangeTests
{
    private static readonly MeasureRange[] ranges =
        [new(0, 1), new(-1, 1), new(0, 4), new(0, double.PositiveInfinity), new(double.NegativeInfinity, 1), MeasureRange.Unbounded];

    /// <summary>What is a constant of <see cref="Score"/>, and what its methods name.</summary>
    [Fact]
    public void Of_EveryScore_IsKnown()
    {
        IEnumerable<string> constants = typeof(Score).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
        string[] all = [.. constants, Score.AccuracyOn("sketch"), Score.AccuracyUnder("fog"), Score.AccuracyOf("hue"), Score.DeterminationOf("x")];
        Assert.All(all, measure => Assert.NotEqual(MeasureRange.Unbounded, MeasureRange.Of(measure)));
        Assert.Equal(MeasureRange.Unbounded, MeasureRange.Of("somebody's own"));
    }

    [Fact]
    public void Student_AnyDraws_StaysInRangeAndHoldsTheMean() => Gen.Select(
        Gen.OneOf(Gen.Double[0, 1], Gen.Const(0.0), Gen.Const(1.0)).Array[2, 6], Gen.Int[0, ranges.Length - 1]).Sample(
        (values, which) => Holds(ranges[which], values.Average(), ConfidenceInterval.Student(values, ranges[which])), threads: 1);

    [Fact]
    public void Bootstrap_AnyScores_StaysInRangeAndHoldsTheValue() => Gen.Select(
        Gen.OneOf(Gen.Double[0, 1], Gen.Const(0.0), Gen.Const(1.0)).Array[1, 8], Gen.Int[0, ranges.Length - 1], Gen.ULong).Sample(
        (values, which, seed) => Holds(ranges[which], values.Average(), ConfidenceInterval.Bootstrap(
            values.Average(), values.Length, chosen => chosen.Average(i => values[i]), seed, ranges[which])), iter: 60, threads: 1);

    [Fact]
    public void OfImages_AllOrNone_HasTheIntervalOfAFraction()
    {
        foreach (int hits in (int[])[0, 1])
        {
            Score found = Score.OfImages(Score.TiedAccuracy, [.. Enumerable.Repeat((double)hits, 20)], 1);
            Assert.Equal(ConfidenceInterval.Wilson(20 * hits, 20), found.Interval);
            Score one = Score.OfImages(Score.Drop, [hits], 1);
            Assert.Equal((-1, 1), (one.Interval.Low, one.Interval.High));
        }
    }

    /// <summary>R² of what does not vary has no value; where only some draws do not vary, they are left out.</summary>
    [Fact]
    public void Bootstrap_DrawsWithoutAValue_AreLeftOut()
    {
        double[] truth = [1, 1, 2], read = [1, 1.5, 2];
        ConfidenceInterval found = ConfidenceInterval.Bootstrap(
            0.5, 3, chosen => Determination.Of(read, truth, chosen), 1, MeasureRange.Of(Score.DeterminationOf("x")));
        Assert.InRange(found.Low, -100, 0.5);
        Assert.InRange(found.High, 0.5, 1);
        Assert.Equal(double.NaN, Determination.Of(read, [1, 1, 1], [0, 1, 2]));
        Assert.Equal((0.5, 0.5), Ends(ConfidenceInterval.Bootstrap(0.5, 3, _ => double.NaN, 1)));
        static (double, double) Ends(ConfidenceInterval of) => (of.Low, of.High);
    }

    [Fact]
    public void Within_TwoSeeds_CutsTheDifferenceOfAccuraciesAtOne()
    {
        PairedDifference wide = PairedDifference.Of([0.1, 0.2], [0.3, 0.9]), cut = wide.Within(MeasureRange.Of(Measure.LinearAccuracy).OfDifference);
        Assert.True(wide.High > 1 && wide.Low < -1);
        Assert.Equal((-1, 1), (cut.Low, cut.High));
        Assert.Equal((wide.P, wide.IsClear), (cut.P, cut.IsClear));
    }

    private static bool Holds(MeasureRange range, double value, ConfidenceInterval found) =>
        found.Low >= range.Least && found.High <= range.Most && found.Low <= value && value <= found.High && double.IsFinite(found.Low)
            && double.IsFinite(found.High);
}
