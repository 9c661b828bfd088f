using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Tests.Diagnostics;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reporting;

public class VerdictTests
{
    [Fact]
    public void Of_OneSeed_CallsADifferenceBeyondTheSamplingErrorOne() => Check(
        "SimCLR on 6 000 embedded images: the kNN accuracy of layer4 rose from 56.0 % (untrained) to 68.0 %; there were too few "
        + "evaluations to judge memorisation; "
        + "UMM changed the accuracy of layer4 by +5.0 points linear and +5.0 points kNN, the control by +1.0 and +1.0: more than the "
        + "control.",
        ReportSamples.Run());

    [Fact]
    public void Of_OneSeedAndSmallDifference_SaysThatItCannotTell() => Check(
        "the control by +1.0 and +1.0: not clear (could have seen 4.7 points) in linear, not clear (could have seen 5.1 points) in kNN.",
        ReportSamples.Run(umm: 0.02));

    [Fact]
    public void Of_OneSeedAndUnknownTestCount_ClaimsNothing()
    {
        ReportRun run = ReportSamples.Run();
        Check(
            "the kNN accuracy of layer4 went from 56.0 % (untrained) to 68.0 %, not clear with one seed;",
            run with { Measurements = [], Evaluations = [.. run.Evaluations.Select(record => record with { TestCount = null })] });
    }

    [Fact]
    public void Of_SeveralSeeds_GivesSpreadAndComparesInPairs() => Check(
        "SimCLR on 6 000 embedded images (3 seeds): the kNN accuracy of layer4 rose from 58.0 ± 2.0 % (untrained) to 70.0 ± 2.0 %; "
        + "there were too few evaluations to judge memorisation; "
        + "UMM changed the accuracy of layer4 by +2.0 ± 1.0 points linear and +2.0 ± 1.0 points kNN, the control by +1.0 ± 0.0 and +1.0 ± "
        + "0.0: not clear (could have seen 8.1 points).",
        ReportSamples.Run(1, umm: 0.01),
        ReportSamples.Run(2, umm: 0.02, shift: 0.02),
        ReportSamples.Run(3, umm: 0.03, shift: 0.04));

    [Fact]
    public void Of_SeveralSeeds_CallsADifferenceWhoseIntervalLeavesOutZeroOne() => Check(
        "the control by +1.0 ± 0.0 and +1.0 ± 0.0: more than the control.",
        ReportSamples.Run(1, umm: 0.05),
        ReportSamples.Run(2, umm: 0.051),
        ReportSamples.Run(3, umm: 0.052));

    [Fact]
    public void Of_ProtocolsThatDisagree_SaysWhichIsWhich()
    {
        ReportRun run = ReportSamples.Run(umm: 0);
        ReportUndo undo = run.Undos[0] with
        {
            Evaluations =
                [
                    .. ReportSamples.Evaluations(
                        EvaluationStage.Control, 0.74, 0.68, 9), .. ReportSamples.Evaluations(EvaluationStage.Umm, 0.80, 0.62, 9),
                ],
        };
        Check("by +6.0 points linear and −6.0 points kNN, the control by ±0.0 and ±0.0: more than the control in linear, less than the "
            + "control in kNN.", run with { Undos = [undo] });
    }

    [Fact]
    public void Of_ControlMeasuredOtherwise_HoldsNothingAgainstItAndSaysWhy() => Check(
        "UMM changed the accuracy of layer4 by +5.0 points linear and +5.0 points kNN, the control by +1.0: more than the control in "
        + "linear; "
        + "the kNN accuracies of layer4 cannot be held against each other: they were measured with different settings.",
        Otherwise(ReportSamples.Run(), EvaluationStage.Control));

    [Fact]
    public void Of_RunsMeasuredOtherwise_SaysThatThereIsNoMean() => Check(
        "(2 seeds): the kNN accuracy of layer4 has no mean, since the runs were measured with different settings; there were too few",
        ReportSamples.Run(1),
        ReportSamples.WithNeighbours(ReportSamples.Run(2), 5));

    [Fact]
    public void Of_UmmMeasuredOtherwise_SaysWhyThereIsNoDifference() => Check(
        "UMM changed the accuracy of layer4 by +5.0 points linear, the control by +1.0: more than the control; the kNN accuracies of "
        + "layer4 cannot be held",
        Otherwise(ReportSamples.Run(), EvaluationStage.Umm));

    [Fact]
    public void Of_UntrainedMeasuredOtherwise_SaysWhatWasReached()
    {
        ReportRun run = ReportSamples.Run();
        Check(
            "the kNN accuracy of layer4 reached 68.0 %; it cannot be held against the untrained encoder: they were measured with "
            + "different settings;",
            run with { Evaluations = [.. run.Evaluations.Select(record => record.Stage == EvaluationStage.Untrained ? record with { Temperature = 0.5 } : record)] });
    }

    [Fact]
    public void Tiles_ControlMeasuredOtherwise_ShowNoGainAndSayWhy()
    {
        string html = HtmlReport.Render(ReportModel.Of([Otherwise(ReportSamples.Run(), EvaluationStage.Control)]));
        Assert.Contains("over control, layer4: they were measured with different settings", html, StringComparison.Ordinal);
        Assert.Contains("points over control, layer4: clear", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NoControl_SaysSo() =>
        Check("by +5.0 points linear and +5.0 points kNN, with no control to hold it against.", ReportSamples.Run(control: null));

    [Fact]
    public void Of_NoUndo_SaysSo() => Check("; UMM has not been run yet.", ReportSamples.Run(umm: null));

    [Fact]
    public void Of_UndoNotEvaluated_SaysSo()
    {
        ReportRun run = ReportSamples.Run();
        Check("; UMM has not been evaluated yet.", run with { Undos = [run.Undos[0] with { Evaluations = [] }] });
    }

    [Fact]
    public void Of_AccuracyThatFell_SaysFell() => Check(
        "the kNN accuracy of layer4 fell from 68.0 % (untrained) to 56.0 %",
        ReportSamples.Run() with
        {
            Evaluations =
                [
                    .. ReportSamples.Evaluations(
                        EvaluationStage.Untrained, 0.7, 0.68, 8), .. ReportSamples.Evaluations(EvaluationStage.Before, 0.7, 0.56, 8),
                ],
        });

    [Fact]
    public void Of_NothingMeasured_SaysSo() => Check(
        "SimCLR on 6 000 embedded images: nothing has been evaluated yet; UMM has not been run yet.",
        new ReportRun("runs/1", ReportSamples.Manifest()));

    [Fact]
    public void Of_NoLabels_SaysThatThereIsNoAccuracy()
    {
        ReportRun run = ReportSamples.Run(umm: null);
        Check(
            "the images have no labels, so no accuracy was measured; there were too few evaluations to judge memorisation",
            run with
            {
                Manifest = run.Manifest with { Data = run.Manifest.Data with { ClassCount = 0 } },
                Measurements = [.. run.Measurements.Where(m => !m.Name.EndsWith("Accuracy", StringComparison.Ordinal))],
                Evaluations = [],
            });
    }

    [Fact]
    public void Of_ReductionThatTurned_SaysWhereAsAFactOfItsOwn()
    {
        Check("; ΔR turned in no layer;", Reduced(1, ("layer4", 9)));
        Check("; ΔR turned in stem (epoch 2), not in layer4;", Reduced(1, ("stem", 2), ("layer4", 9)));
        Check(
            "ΔR turned in layer4 (epoch 3, 1 of 2 seeds) and projector (epochs 2 to 4, 2 of 2 seeds)",
            Reduced(1, ("projector", 2), ("layer4", 3)), Reduced(2, ("projector", 4), ("layer4", 9)));
    }

    /// <summary>The headline, the tile, the words and the mark of the chart are of one verdict.</summary>
    [Fact]
    public void Of_AccuracyThatTurned_SaysTheSameEverywhere()
    {
        ReportRun run = ReportSamples.Run() with
        {
            Measurements = SyntheticCourse.Run(1, SyntheticCourse.Abrupt(0.15), SyntheticCourse.Plateau),
        };
        MemorisationVerdict verdict = ReportSamples.Group(run).Memorisation;
        Check($"; memorisation: the kNN accuracy of layer4 turned at epoch {verdict.Epoch} and ended", run);
        string html = HtmlReport.Render(ReportModel.Of([run]));
        Assert.Contains($"<span class='figure'>epoch {verdict.Epoch}</span>", html, StringComparison.Ordinal);
        Assert.Contains(verdict.Reason, html, StringComparison.Ordinal);
        Assert.Contains($"turned, epoch {verdict.Epoch}", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NothingMeasuredAlongTheWay_SaysNothingOfTurning() => Assert.DoesNotContain(
        "memoris", Verdict.Of(ReportSamples.Group(ReportSamples.Run() with { Measurements = [] })), StringComparison.Ordinal);

    /// <summary>A run whose ΔR of some layers turns, each at an epoch of its own of ten.</summary>
    private static ReportRun Reduced(ulong seed, params (string Layer, int Epoch)[] turns) => ReportSamples.Run(seed) with
    {
        Measurements =
        [
            .. from turn in turns
               from epoch in Enumerable.Range(0, 10)
               select new Measurement(epoch, turn.Layer, Measure.InstanceReductionTrain, 20 - (epoch <= turn.Epoch
                   ? turn.Epoch - epoch
                   : epoch - turn.Epoch - 1)),
        ],
    };

    /// <summary>The run with the kNN probe of one state of its undo taken with another k.</summary>
    private static ReportRun Otherwise(ReportRun run, EvaluationStage stage) => run with
    {
        Undos =
        [
            run.Undos[0] with
            {
                Evaluations =
                [
                    .. run.Undos[0].Evaluations.Select(record =>
                        record.Stage == stage && record.Measure == Measure.KnnAccuracy ? record with { Neighbours = 5 } : record),
                ],
            },
        ],
    };

    private static void Check(string expected, params ReportRun[] runs)
    {
        // The spaces that keep a number and its unit together are not what is tested here.
        string verdict = Verdict.Of(ReportSamples.Group(runs)).Replace('\u00A0', ' ').Replace('\u202F', ' ');
        Assert.Contains(expected, verdict, StringComparison.Ordinal);
        Assert.EndsWith(".", verdict, StringComparison.Ordinal);
        Assert.DoesNotContain(". ", verdict, StringComparison.Ordinal);
    }
}
