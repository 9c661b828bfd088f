using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Tests.Results;

/// <summary>The sampling error of two accuracies around 0.7 on 2 000 test images is √(2·0.7·0.3/2000), some 1.4 points.</summary>
public class LayerChoiceTests
{
    [Fact]
    public void Of_OneLayerClearlyBetter_TakesItForThatUse()
    {
        LayerChoice[] choices = [.. Of(Run(linear: [0.60, 0.76, 0.70], knn: [0.50, 0.67, 0.68]))];
        Assert.Equal([("a linear classifier", "layer1"), ("nearest neighbours", "layer4")], choices.Select(one => (one.Use, one.Layer)));
        Assert.Equal(0.06, choices[0].Gain!.Mean, 1e-12);
        Assert.Null(choices[1].Gain);
        Assert.Equal(
            "Take layer1 for a linear classifier: 76.0 %, 6.0 points [3.2, 8.8] above layer4, the usual choice. For nearest neighbours "
            + "(68.0 %; could have seen 4.6 points) no layer is clearly better than layer4.",
            Sentences(choices));
    }

    [Fact]
    public void Of_LayersThatAreLevel_TakesTheLaterOne() =>
        Assert.Equal("layer1", Of(Run(linear: [0.76, 0.76, 0.70], knn: [0.5, 0.5, 0.5]))[0].Layer);

    [Fact]
    public void Of_NothingClear_KeepsTheUsualChoice() => Assert.Equal(
        "Take layer4, the usual choice: no other layer is clearly better for a linear classifier (70.0 %; could have seen 4.4 points) or "
        + "nearest neighbours (68.0 %; could have seen 4.6 points).",
        Sentences(Of(Run(linear: [0.60, 0.71, 0.70], knn: [0.50, 0.67, 0.68]))));

    /// <summary>Two seeds give an interval, and both are in the sentence.</summary>
    [Fact]
    public void Of_TwoSeeds_GivesTheIntervalOfTheGain()
    {
        ReportRun first = Run([0.60, 0.76, 0.70], [0.5, 0.6, 0.6], seed: 1), second = Run([0.60, 0.776, 0.714], [0.5, 0.6, 0.6], seed: 2);
        LayerChoice choice = LayerChoice.Of(ResultTable.Of(ReportSamples.Group(first, second), null))[0];
        Assert.Equal(0.061, choice.Gain!.Mean, 1e-12);
        Assert.Contains("6.1 points [4.8, 7.4] above layer4", Sentences([choice]), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FewLabels_IsAUseOfItsOwnByTheSmallestShare()
    {
        ReportRun run = Run([0.7, 0.7, 0.7], [0.6, 0.6, 0.6]);
        EvaluationRecord Semi(string layer, double share, double value) =>
            new(EvaluationStage.Before, layer, "semi", ProtocolMeasure.Accuracy, value)
            {
                Variant = "linear", LabelShare = share, TestCount = 2000, ProbeCount = 20,
            };
        LayerChoice choice = Of(run with
        {
            Evaluations =
            [
                .. run.Evaluations, Semi("layer1", 0.01, 0.5), Semi("layer4", 0.01, 0.4), Semi("layer1", 0.1, 0.5), Semi("layer4", 0.1, 0.6),
            ],
        })[2];
        Assert.Equal(("1 % of the labels", "layer1"), (choice.Use, choice.Layer));
    }

    [Fact]
    public void Of_NothingToHoldAgainstTheLastLayer_IsNothing()
    {
        ReportRun run = ReportSamples.Run(umm: null) with { Measurements = [] };
        Assert.Empty(Of(run));
        Assert.Empty(Of(run with { Evaluations = [] }));
        Assert.Equal("", LayerChoice.Sentences([]));
    }

    /// <summary>The projector serves the loss, and pixels are no layer: neither is a choice.</summary>
    [Fact]
    public void Of_ProjectorAndPixels_AreNoChoice()
    {
        ReportRun run = Run([0.6, 0.7, 0.7], [0.5, 0.6, 0.6]);
        Assert.DoesNotContain(
            Of(run with { Evaluations = [.. run.Evaluations, Linear("projector", 0.9), Linear("pixels", 0.95)] }),
            choice => choice.Layer is "projector" or "pixels");
        Assert.Equal(["pixels", "stem", "projector"], LayerOrder.Sort(["stem", "projector", "pixels"]));
    }

    [Fact]
    public void Of_SealedImages_ChoosesByTheTestImagesAlone()
    {
        ReportRun run = Run([0.6, 0.7, 0.7], [0.5, 0.6, 0.6]);
        IEnumerable<EvaluationRecord> onSealed =
            run.Evaluations.Select(record => record with { Target = EvaluationRecord.SealedTest, Value = record.Layer == "stem" ? 0.9 : 0.5 });
        Assert.Equal(Of(run).Select(one => (one.Use, one.Layer)), Of(run with { Evaluations = [.. run.Evaluations, .. onSealed] })
            .Select(one => (one.Use, one.Layer)));
    }

    private static EvaluationRecord Linear(string layer, double value) =>
        new(EvaluationStage.Before, layer, EvaluationRecord.Probes, Measure.LinearAccuracy, value) { TestCount = 2000, ProbeCount = 2000 };

    private static ReportRun Run(double[] linear, double[] knn, ulong seed = 1)
    {
        string[] layers = ["stem", "layer1", "layer4"];
        return new ReportRun("runs/1", ReportSamples.Manifest(seed))
        {
            Evaluations =
            [
                .. layers.Zip(linear, Linear),
                .. layers.Zip(knn, (layer, value) => Linear(layer, value) with { Measure = Measure.KnnAccuracy }),
            ],
        };
    }

    private static IReadOnlyList<LayerChoice> Of(ReportRun run) => LayerChoice.Of(ResultTable.Of(ReportSamples.Group(run), null));

    private static string Sentences(IReadOnlyList<LayerChoice> choices) => LayerChoice.Sentences(choices).Replace('\u00A0', ' ');
}
