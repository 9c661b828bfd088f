using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Umm;

namespace Lethe.Tests.Results;

public class RivalryTests
{
    [Fact]
    public void Of_ARivalThatGainsAsMuch_SaysThatItDoesWhatUmmDoes()
    {
        Ablation table = Table(4, umm: 0.05, whiten: 0.048, average: 0.01, wobble: 0.003);
        Assert.StartsWith(
            "linear accuracy of layer4: ZCA-whitening alone gives +3.8 points (UMM +4.0): what UMM does here, ZCA-whitening does. "
                + "A lag of ",
            table.Rivalry[0].Replace('\u00A0', ' '), StringComparison.Ordinal);
        Assert.EndsWith("could have been seen.", table.Rivalry[0], StringComparison.Ordinal);
        Assert.Equal(2, table.Rivalry.Count);
        Assert.StartsWith("kNN accuracy of layer4:", table.Rivalry[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RivalsThatGainLess_SaysThatUmmGainsMore() => Assert.Equal(
        "linear accuracy of layer4: UMM gains +4.0 points, clearly more than ZCA-whitening (±0.0) and averaged from epoch 2 on (−0.5).",
        Table(4, umm: 0.05, whiten: 0.01, average: 0.005, wobble: 0.0002).Rivalry[0]);

    [Fact]
    public void Of_UmmWithoutGain_SaysThatThereIsNothingToDo()
    {
        string sentence = Table(4, umm: 0.01, whiten: 0.03, average: 0.01, wobble: 0.001).Rivalry[0];
        Assert.StartsWith("linear accuracy of layer4: the gain of UMM, ±0.0 points, is not clear", sentence, StringComparison.Ordinal);
        Assert.EndsWith("there is nothing for a rival to do as well.", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ARivalThatVaries_IsTooCloseToTell() => Assert.Contains(
        "clearly more than averaged from epoch 2 on (−0.5). Too close to tell: ZCA-whitening (+2.0; its lag is not clear",
        Table(4, umm: 0.05, whiten: 0.03, average: 0.005, wobble: 0.03).Rivalry[0], StringComparison.Ordinal);

    [Fact]
    public void Of_AnySentence_AgreesWithTheTable()
    {
        Ablation table = Table(4, umm: 0.05, whiten: 0.048, average: 0.01, wobble: 0.003);
        Entrant whitened = table.Rows.Single(row => row.Label == "ZCA-whitening");
        Assert.True(table.Less(whitened, whitened.Control, Measure.LinearAccuracy)!.IsClear);
        Assert.Contains(table.Rivalry[0], table.Grid().Lead);
    }

    [Fact]
    public void Of_UmmAlone_SaysNothing() => Assert.Empty(Table(4, umm: 0.05, whiten: null, average: null).Rivalry);

    [Fact]
    public void Rows_Rivals_AreNamedByWhatTheyAreAndStandBesideTheControlOfUmm()
    {
        Ablation table = Table(4, umm: 0.05, whiten: 0.049, average: 0.01, wobble: 0.003);
        Assert.Equal(
            ["before", "control", "UMM", "ZCA-whitening", "averaged from epoch 2 on"], table.Rows.Select(row => row.Label));
        Assert.All(table.Rows.Skip(2), row => Assert.Equal("control", row.Control!.Label));
        Assert.Empty(table.Notes);
        string page = HtmlReport.Render(ReportModel.Of(Runs(4, 0.05, 0.049, 0.01, 0.003)));
        Assert.Contains("what UMM does here, ZCA-whitening does", page, StringComparison.Ordinal);
        Assert.DoesNotContain("whiten epsilon", page, StringComparison.Ordinal);
    }

    [Fact]
    public void FirstUndo_RivalBegunFirst_IsUmm()
    {
        ReportRun run = Runs(1, 0.05, 0.04, 0.01, 0)[0];
        var group = new ReportGroup("", [run with { Undos = [.. run.Undos.Reverse()] }]);
        Assert.Equal("default", group.FirstUndo);
        Assert.Null(new ReportGroup("", [run with { Undos = [.. run.Undos.Where(undo => undo.IsRival)] }]).FirstUndo);
    }

    private static Ablation Table(int seeds, double umm, double? whiten, double? average, double wobble = 0) =>
        Assert.Single(Ablation.Of(ReportModel.Of(Runs(seeds, umm, whiten, average, wobble))));

    // What each undo adds to the encoder before; the control adds 0.01. Differences between seeds make intervals.
    private static ReportRun[] Runs(int count, double umm, double? whiten, double? average, double wobble) =>
    [
        .. Enumerable.Range(1, count).Select(seed =>
        {
            double place = seed - ((count + 1) / 2.0), small = 0.0005 * place;
            ReportRun run = ReportSamples.Run((ulong)seed, umm + small);
            return run with
            {
                Undos =
                [
                    .. run.Undos,
                    .. whiten is { } gain ? [Rival(run, UmmOptions.Whiten, gain + (wobble * place))] : Array.Empty<ReportUndo>(),
                    .. average is { } other ? [Rival(run, UmmOptions.Average, other - small)] : Array.Empty<ReportUndo>(),
                ],
            };
        }),
    ];

    private static ReportUndo Rival(ReportRun run, string remedy, double gain)
    {
        double before = run.Evaluations.Single(
            record => record is { Stage: EvaluationStage.Before, Measure: Measure.LinearAccuracy }).Value;
        RunManifest manifest = ReportSamples.Manifest(run.Manifest.Seed, RunKind.Umm);
        return new ReportUndo(remedy, manifest with
        {
            Umm = new UmmOptions { Remedy = remedy }.Own(),
            Choices = remedy == UmmOptions.Average ? [new Choice("--average-from", "2", "kept")] : [],
            StartedUtc = manifest.StartedUtc.AddMinutes(1),
        })
        {
            Evaluations = ReportSamples.Evaluations(EvaluationStage.Umm, before + gain, before - 0.06 + gain, 9),
        };
    }
}
