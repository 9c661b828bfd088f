using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Tests.Results;

/// <summary>On 2 000 test images two accuracies around 0.68 differ clearly from 3.0 points on: twice √(2·0.68·0.32/2000).</summary>
public class StateChoiceTests
{
    [Theory]
    [InlineData(0.05, 0.01, EvaluationStage.Umm, "Take UMM: clearly better than before and control.")]
    [InlineData(0.04, 0.02, EvaluationStage.Umm, "Take UMM: clearly better than before, and control is no clear gain over it.")]
    [InlineData(0.05, 0.04, EvaluationStage.Control, "Take control: clearly better than before, and UMM is no clear gain over it.")]
    [InlineData(0.01, -0.01, EvaluationStage.Before, "Take before: control and UMM are no clear gain over it. Differences below 3.0 points")]
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
