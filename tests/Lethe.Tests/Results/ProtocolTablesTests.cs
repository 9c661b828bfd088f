using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Tests.Results;

public class ProtocolTablesTests
{
    [Fact]
    public void Of_OneRun_KeepsTheIntervalOfEachRecord()
    {
        EvaluationRecord[] records =
        [
            Record(0.5), Record(0.6, stage: EvaluationStage.Umm), Record(0.4, layer: "stem"),
            ReportSamples.Probe(EvaluationStage.Before, Measure.LinearAccuracy, 0.9),
        ];
        ResultTable table = Assert.Single(ProtocolTables.Of(ResultTable.Of(records)));
        Grid grid = ProtocolTables.Grid(table);
        Assert.Equal(["layer", "fitted", "measure", "before", "UMM"], grid.Columns.Select(column => column.Title));
        Assert.Equal(
            [["stem", "linear", "accuracy", "40.0 [30.0, 50.0]", "–"], ["layer4", "linear", "accuracy", "50.0 [40.0, 60.0]", "60.0 [50.0, 70.0]"]],
            grid.Rows.Select(row => row.Cells.Select(cell => cell.Text)));
        Assert.Equal(
            ["the settings of linear", "Fitted on 10, measured on 20 images, seed 0.", "Intervals: how. All numbers times 100.", GridCell.AboutNothing],
            grid.Notes);
    }

    /// <summary>Of 0.5 and 0.52: mean 0.51, and 12.706204736174705 · s / √2 = 12.706 · 0.01. Wider intervals end where accuracies do.</summary>
    [Fact]
    public void Of_TwoRuns_IsMeanAndIntervalOverRuns()
    {
        ResultTable table = Assert.Single(ProtocolTables.Of(OfRuns([Record(0.5)], [Record(0.52)])));
        ResultCell cell = table.Entrants[0][table.Keys[0]]!;
        Assert.Equal(0.51, cell.Value.Mean, 1e-12);
        Assert.Equal(0.51 - (12.706204736174705 * 0.01), cell.Low!.Value, 1e-9);
        ResultTable wide = Assert.Single(ProtocolTables.Of(OfRuns([Record(0.5)], [Record(0.9)])));
        ResultCell cut = wide.Entrants[0][wide.Keys[0]]!;
        Assert.Equal((0, 1), (cut.Low, cut.High));
    }

    [Fact]
    public void Of_QuickAndFull_ShowsTheFull()
    {
        ResultTable table = Assert.Single(ProtocolTables.Of(OfRuns([Record(0.5) with { Quick = true }, Record(0.7)])));
        Assert.Equal("linear", ProtocolTables.Grid(table).Title);
        Assert.Equal(0.7, table.Entrants[0][Assert.Single(table.Keys)]!.Value.Mean);
        Assert.Equal(2, ProtocolTables.Of(OfRuns([Record(0.5), Record(0.6) with { Target = "other" }])).Count());
    }

    [Fact]
    public void Render_RunWithProtocols_HasASectionWithSettings()
    {
        ReportRun run = ReportSamples.Run() with { Evaluations = [Record(0.5) with { LabelShare = 0.01, Target = "<b>" }] };
        string html = HtmlReport.Render(ReportModel.Of([run]));
        Assert.Contains("50.0 [40.0, 60.0]", html, StringComparison.Ordinal);
        Assert.Contains("1 % of the labels", html, StringComparison.Ordinal);
        Assert.Contains("the settings of linear", html, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "<b>",
            html[html.IndexOf("id='protocols'", StringComparison.Ordinal)..html.IndexOf("id='epochs'", StringComparison.Ordinal)],
            StringComparison.Ordinal);
    }

    private static ResultTable OfRuns(params EvaluationRecord[][] runs) => ResultTable.Of(
        ReportSamples.Group(
            [.. runs.Select((records, i) => new ReportRun($"runs/{i}", ReportSamples.Manifest((ulong)i)) { Evaluations = records })]), null);

    private static EvaluationRecord Record(double value, EvaluationStage stage = EvaluationStage.Before, string layer = "layer4") =>
        new(stage, layer, "linear", "accuracy", value)
    {
        Variant = "linear", Low = value - 0.1, High = value + 0.1, Interval = "how",
        Settings = "the settings of linear", ProbeCount = 10, TestCount = 20, Seed = 0,
    };
}
