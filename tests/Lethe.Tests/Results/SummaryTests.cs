using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Tests.Results;

public class SummaryTests
{
    private static readonly string[] quick =
    [
        Measure.LinearAccuracy, Measure.KnnAccuracy, Measure.InstanceReductionTrain,
        Measure.InstanceReductionHeldOut,
    ];

    [Fact]
    public void Of_SeveralSeeds_GivesMeanAndDeviation()
    {
        ResultTable table = Table("default", ReportSamples.Run(1), ReportSamples.Run(2, shift: 0.02), ReportSamples.Run(3, shift: 0.04));
        SeedMean umm = Value(table, EvaluationStage.Umm, Measure.LinearAccuracy, "layer4")!.Value;
        Assert.Equal(0.81, umm.Mean, 12);
        Assert.Equal(0.02, umm.Deviation, 12);
        Assert.Equal(3, umm.Count);
    }

    [Fact]
    public void Of_Run_OrdersLayersFromEarlyToLateAndStagesAsTheyHappen()
    {
        ResultTable table = Table("default", ReportSamples.Run());
        Assert.Equal(ReportSamples.Layers, table.Layers);
        Assert.Equal(["untrained", "before", "control", "UMM"], table.Entrants.Select(state => state.Label));
        Assert.Equal(quick, Summary.Shown(table));
        Assert.Null(Value(table, EvaluationStage.Umm, Measure.LinearAccuracy, "stem"));
    }

    [Fact]
    public void Of_NothingEvaluated_TakesTheDiagnosticsOfTheFirstAndLastEpoch()
    {
        ResultTable table = Table(null, ReportSamples.Run(umm: null) with { Evaluations = [] });
        Assert.Equal(0.56, Value(table, EvaluationStage.Untrained, Measure.KnnAccuracy, "layer4")!.Value.Mean, 12);
        Assert.Equal(0.68, Value(table, EvaluationStage.Before, Measure.KnnAccuracy, "layer4")!.Value.Mean, 12);
        Assert.Equal(2 + 12, Value(table, EvaluationStage.Before, Measure.InstanceReductionTrain, "layer4")!.Value.Mean, 12);
    }

    [Fact]
    public void Of_OtherProtocols_LeavesThemOut() =>
        Assert.Empty(Summary.Of(ResultTable.Of([new EvaluationRecord(EvaluationStage.Before, "layer4", "robustness", "accuracy", 0.5)])).Keys);

    [Fact]
    public void Of_UndoWithoutControl_ShowsNoOtherUndosControl()
    {
        ReportRun run = ReportSamples.Run(control: null), controlled = ReportSamples.Run();
        ResultTable table = Table("default", run with { Undos = [.. run.Undos, controlled.Undos[0] with { Name = "other" }] });
        Assert.Equal(["untrained", "before", "UMM"], table.Entrants.Select(state => state.Label));
    }

    [Fact]
    public void Grid_RunsMeasuredOtherwise_HasNoMeanAndSaysWhy()
    {
        Grid grid = Summary.Grid(Table("default", ReportSamples.Run(1), ReportSamples.WithNeighbours(ReportSamples.Run(2), 5)), "layer");
        GridRow last = grid.Rows[2];
        Assert.Equal((GridCell.Nothing, "74.0"), (last.Cells[6].Text, last.Cells[2].Text));
        Assert.Equal(
            ["untrained", "before"],
            grid.Notes.SkipLast(1).Select(
                note => note["The mean of ".Length..note.IndexOf(" is left out of kNN probe", StringComparison.Ordinal)]));
        Assert.Equal(GridCell.AboutNothing, grid.Notes[^1]);
    }

    /// <summary>0.74 + 0.05 and 0.68 + 0.05 of the first run; both 0.02 more of the second.</summary>
    [Fact]
    public void Grid_OfTwoRuns_HasMeansWithTheirDeviations()
    {
        Grid grid = Summary.Grid(Table("default", ReportSamples.Run(1), ReportSamples.Run(2, shift: 0.02)), "layer");
        Assert.Equal(
            [.. new[] { "" }, .. quick.SelectMany(protocol => Enumerable.Repeat(Wording.Probe(protocol), 4))],
            grid.Columns.Select(column => column.Group));
        GridRow last = grid.Rows[2];
        Assert.Equal("layer4", last.Cells[0].Text);
        Assert.Equal(("80.0", "± 1.4"), (last.Cells[4].Text, Assert.Single(last.Cells[4].Beside)));
        Assert.Equal(("umm", "74.0"), (grid.Columns[8].Style, last.Cells[8].Text));
        Assert.Equal(GridCell.Nothing, grid.Rows[0].Cells[4].Text);
    }

    [Fact]
    public void OfSettings_TwoGroups_HasARowForEachWithTheAccuraciesOfItsLastLayer()
    {
        ResultTable table = Summary.OfSettings(ReportModel.Of([ReportSamples.Run(1), ReportSamples.Run(1, method: "VICReg", shift: 0.01)]));
        Assert.Equal(["A · SimCLR", "B · VICReg"], table.Layers);
        Assert.Equal(0.79, Value(table, EvaluationStage.Umm, Measure.LinearAccuracy, "A · SimCLR")!.Value.Mean, 12);
        Assert.Equal(0.74, Value(table, EvaluationStage.Umm, Measure.KnnAccuracy, "B · VICReg")!.Value.Mean, 12);
        Assert.All(table.Keys, key => Assert.True(key.IsAccuracy));
    }

    [Fact]
    public void Spread_OfOneValue_HasNoDeviation()
    {
        Assert.Equal(new SeedMean(3, 0, 1), SeedMean.Of([3]));
        Assert.Throws<ArgumentException>(() => SeedMean.Of([]));
    }

    private static ResultTable Table(string? undo, params ReportRun[] runs) => Summary.Of(ResultTable.Of(ReportSamples.Group(runs), undo));

    private static SeedMean? Value(ResultTable table, EvaluationStage stage, string protocol, string layer) =>
        table[stage]?[ResultKey.Probe(protocol, layer)]?.Value;
}
