using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Tests.Results;

/// <summary>
/// The sampling error of two accuracies around 0.68 on 2 000 test images is √(2·0.68·0.32/2000), some 1.5 points; both probes are tested
/// together, against control and before.
/// </summary>
public class StateChoiceTests
{
    [Theory]
    [InlineData(0.05, 0.01, EvaluationStage.Umm, "Take UMM: clearly better than before and control.")]
    [InlineData(0.04, 0.02, EvaluationStage.Umm, "Take UMM: clearly better than before, and control is no clear gain over it.")]
    [InlineData(0.05, 0.04, EvaluationStage.Control, "Take control: clearly better than before, and UMM is no clear gain over it.")]
    [InlineData(0.01, -0.01, EvaluationStage.Before, "Take before: control and UMM are no clear gain over it. Could have seen a gain of 5.2\u00A0points over one seed × 2\u202F000\u00A0images.")]
    [InlineData(-0.05, -0.06, EvaluationStage.Before, "Take before: clearly better than control and UMM.")]
    [InlineData(0.01, -0.08, EvaluationStage.Before, "Take before: clearly better than control, and UMM is no clear gain over it.")]
    [InlineData(0.05, null, EvaluationStage.Umm, "Take UMM: clearly better than before.")]
    public void Of_OneSeed_TakesTheFirstThatNoneClearlyBeats(double umm, double? control, EvaluationStage expected, string sentence)
    {
        StateChoice choice = Of(ReportSamples.Run(umm: umm, control: control));
        Assert.Equal(expected, choice.Stage);
        Assert.Contains(sentence, choice.Sentence, StringComparison.Ordinal);
        Assert.StartsWith("kNN on layer4: before 68.0\u00A0%", choice.Sentence, StringComparison.Ordinal);
    }

    /// <summary>A control that is better than UMM is taken by the test of the table: UMM less control, not the other way round.</summary>
    [Fact]
    public void Of_ControlAheadOfUmm_UsesTheTestOfTheTable()
    {
        ReportGroup group = ReportSamples.Group(ReportSamples.Run(umm: 0.01, control: 0.05));
        Assert.Equal(EvaluationStage.Control, StateChoice.Of(ResultTable.Of(group, "default")).Stage);
        ResultKey key = ResultKey.Probe(Measure.KnnAccuracy, "layer4");
        PairedDifference found = ResultTable.Of(group, "default").Less(EvaluationStage.Umm, EvaluationStage.Control, key)!.Difference!;
        Assert.Equal(6, found.Tests);
        Assert.Equal(found, Ablation.Of(group)!.Differences.Single(one => one.Key == key && one.What == "UMM default − control").Difference);
    }

    [Fact]
    public void Of_NoLabels_SaysThatNothingWasMeasured()
    {
        ReportRun run = ReportSamples.Run();
        EvaluationRecord[] rates = [.. run.Evaluations.Where(record => record.Measure == Measure.InstanceReductionHeldOut)];
        StateChoice choice = Of(run with { Evaluations = rates, Measurements = [], Undos = [run.Undos[0] with { Evaluations = [] }] });
        Assert.Null(choice.Stage);
        Assert.Contains("no labels", choice.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OtherTestImages_IsRefused()
    {
        ReportRun run = ReportSamples.Run();
        EvaluationRecord[] other = [.. run.Undos[0].Evaluations.Select(record => record with { TestCount = 100 })];
        StateChoice choice = Of(run with { Undos = [run.Undos[0] with { Evaluations = other }] });
        Assert.Null(choice.Stage);
        Assert.Contains("numbers of images differ", choice.Sentence, StringComparison.Ordinal);
    }

    private static StateChoice Of(ReportRun run) => StateChoice.Of(ResultTable.Of(ReportSamples.Group(run), "default"));
}
