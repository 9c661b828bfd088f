using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Tests.Results;

public class SummaryTableTests
{
    [Fact]
    public void Of_SeveralSeeds_GivesMeanAndDeviation()
    {
        SummaryTable table = SummaryTable.Of(ReportSamples.Group(ReportSamples.Run(1), ReportSamples.Run(2, shift: 0.02), ReportSamples.Run(3, shift: 0.04)), "default");
        Spread umm = table["layer4", EvaluationProtocol.Linear, EvaluationStage.Umm]!.Value;
        Assert.Equal(0.81, umm.Mean, 12);
        Assert.Equal(0.02, umm.Deviation, 12);
        Assert.Equal(3, umm.Count);
    }

    [Fact]
    public void Of_Run_OrdersLayersFromEarlyToLateAndStagesAsTheyHappen()
    {
        SummaryTable table = SummaryTable.Of(ReportSamples.Group(ReportSamples.Run()), "default");
        Assert.Equal(ReportSamples.Layers, table.Rows);
        Assert.Equal([EvaluationStage.Untrained, EvaluationStage.Before, EvaluationStage.Control, EvaluationStage.Umm], table.Stages);
        Assert.Equal([EvaluationProtocol.Linear, EvaluationProtocol.Knn, EvaluationProtocol.InstanceReductionTrain, EvaluationProtocol.InstanceReductionHeldOut], table.Protocols);
        Assert.Null(table["stem", EvaluationProtocol.Linear, EvaluationStage.Umm]);
    }

    [Fact]
    public void Of_NothingEvaluated_TakesTheDiagnosticsOfTheFirstAndLastEpoch()
    {
        SummaryTable table = SummaryTable.Of(ReportSamples.Group(ReportSamples.Run(umm: null) with { Evaluations = [] }), null);
        Assert.Equal(0.56, table["layer4", EvaluationProtocol.Knn, EvaluationStage.Untrained]!.Value.Mean, 12);
        Assert.Equal(0.68, table["layer4", EvaluationProtocol.Knn, EvaluationStage.Before]!.Value.Mean, 12);
        Assert.Equal(2 + 12, table["layer4", EvaluationProtocol.InstanceReductionTrain, EvaluationStage.Before]!.Value.Mean, 12);
    }

    [Fact]
    public void Of_OtherProtocols_LeavesThemOut() =>
        Assert.Empty(SummaryTable.Of(ResultTable.Of([[new EvaluationRecord(EvaluationStage.Before, "layer4", "robustness", 0.5)]])).Cells);

    [Fact]
    public void Spread_OfOneValue_HasNoDeviation()
    {
        Assert.Equal(new Spread(3, 0, 1), Spread.Of([3]));
        Assert.Throws<ArgumentException>(() => Spread.Of([]));
    }
}
