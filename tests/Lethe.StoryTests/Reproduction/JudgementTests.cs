using Lethe.Diagnostics;
using Lethe.Reproduction;
using Lethe.Results;

namespace Lethe.Tests.Reproduction;

public sealed class JudgementTests
{
    private const double Counts = 0.01;

    [Theory]
    [InlineData(0.05, 0.001, nameof(Outcome.Holds))]
    [InlineData(-0.05, 0.001, nameof(Outcome.Fails))]
    [InlineData(0.001, 0.001, nameof(Outcome.Fails))]
    [InlineData(0.005, 0.02, nameof(Outcome.Underpowered))]
    [InlineData(-0.005, 0.02, nameof(Outcome.Underpowered))]
    public void Of_ADifferenceOverSeeds_IsJudgedByItsInterval(double mean, double spread, string expected)
    {
        Judgement found = One(Result([mean - spread, mean, mean + spread]));
        Assert.Equal(expected, found.Outcome.ToString());

        // What is said is what the numbers say.
        Assert.Equal(mean, found.Effect!.Value, 1e-12);
        Assert.Equal(expected == nameof(Outcome.Holds), found.Low > 0);
        Assert.Equal(expected == nameof(Outcome.Fails), found.High < Counts);
        Assert.True(found.Smallest > found.High - found.Effect);
    }

    [Fact]
    public void Of_AClaimedFall_TurnsTheSign()
    {
        Judgement found = One(Result([-0.051, -0.05, -0.049]), -1);
        Assert.Equal(Outcome.Holds, found.Outcome);
        Assert.Equal(0.05, found.Effect!.Value, 1e-12);
        Assert.True(found.Low > 0 && found.Low < found.High);
    }

    [Fact]
    public void Of_NothingMeasuredOrRefused_IsNotRunWithTheReason()
    {
        Assert.Equal(Outcome.NotRun, One(null).Outcome);
        Judgement refused = One(
            new PairedResult(ResultKey.Probe(Measure.KnnAccuracy, "layer4"), "a", "b") { Refusal = "the images differ" });
        Assert.Equal((Outcome.NotRun, "the images differ"), (refused.Outcome, refused.Why));
    }

    [Theory]
    [InlineData(nameof(Outcome.Holds), nameof(Outcome.Holds), nameof(Outcome.Holds))]
    [InlineData(nameof(Outcome.Holds), nameof(Outcome.Fails), nameof(Outcome.Fails))]
    [InlineData(nameof(Outcome.Holds), nameof(Outcome.Underpowered), nameof(Outcome.Underpowered))]
    [InlineData(nameof(Outcome.Holds), nameof(Outcome.NotRun), nameof(Outcome.Underpowered))]
    [InlineData(nameof(Outcome.NotRun), nameof(Outcome.NotRun), nameof(Outcome.NotRun))]
    public void Overall_TwoCases_HoldWhereBothDoAndFailWhereOneDoes(string one, string other, string expected)
    {
        Judgement[] cases = [new("a", Enum.Parse<Outcome>(one), ""), new("b", Enum.Parse<Outcome>(other), "")];
        Assert.Equal(expected, Judgement.Overall(cases).ToString());
        Assert.StartsWith(Judgement.Name(Enum.Parse<Outcome>(expected)), Judgement.Words(cases), StringComparison.Ordinal);
    }

    [Fact]
    public void Table_OfCases_ShowsWhatDecided()
    {
        Grid grid = Judgement.Table("", Judgement.Of(new Compared("SimCLR, kNN", Result([0.02, 0.021, 0.022]), Counts, Unit.Points)));
        Assert.Equal(["SimCLR, kNN", "+2.1 points", "[+1.9, +2.3]", "<\u00A00.001", "0.3 points", "holds", "clear, and as claimed"], grid.Rows[0].Cells.Select(cell => cell.Text));
    }

    /// <summary>What is clear alone need not be among others: the cases of an item are tested together.</summary>
    [Fact]
    public void Of_ManyDifferences_AreTestedTogether()
    {
        PairedResult near = Result([0.01, 0.02, 0.03]), none = Result([-0.02, 0, 0.02]);
        Assert.Equal(Outcome.Holds, One(Result([0.017, 0.02, 0.023])).Outcome);
        IReadOnlyList<Judgement> many = Judgement.Of([.. Enumerable.Repeat(none, 9).Prepend(Result([0.017, 0.02, 0.023])).Append(near).Append(null).Select(
            one => new Compared("case", one, Counts, Unit.Points))]);
        Assert.Equal(12, many.Count);
        Assert.Equal(Outcome.Underpowered, many[0].Outcome);
        Assert.True(many[0].P > 0.05 && many[0].Low > 0);
        Assert.Equal(Outcome.NotRun, many[^1].Outcome);
    }

    private static Judgement One(PairedResult? result, int sign = 1) =>
        Judgement.Of(new Compared("case", result, Counts, Unit.Points, sign)).Single();

    private static PairedResult Result(double[] differences) => new(ResultKey.Probe(Measure.KnnAccuracy, "layer4"), "UMM", "control")
    {
        Difference = PairedDifference.Of([.. differences.Select(_ => 0.5)], [.. differences.Select(one => 0.5 + one)]),
    };
}
