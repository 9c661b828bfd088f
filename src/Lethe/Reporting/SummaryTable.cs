using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>
/// Layers by protocols by states of the encoder: what the command line prints and the report shows. ΔR compares between
/// rows of equal d: all layers of a backbone are pooled to one d, the projector has its own.
/// </summary>
/// <param name="Layers">Rows, from early to late.</param>
/// <param name="Protocols">Columns that hold anything: linear, kNN, ΔR on images trained on, ΔR on images never trained on.</param>
/// <param name="Stages">States that hold anything: untrained, before, control, UMM.</param>
/// <param name="Cells">The numbers that there are.</param>
public sealed record SummaryTable(
    IReadOnlyList<string> Layers,
    IReadOnlyList<string> Protocols,
    IReadOnlyList<EvaluationStage> Stages,
    IReadOnlyList<SummaryCell> Cells)
{
    private static readonly string[] protocols =
    [
        EvaluationProtocol.Linear, EvaluationProtocol.Knn, EvaluationProtocol.InstanceReductionTrain, EvaluationProtocol.InstanceReductionHeldOut,
    ];

    /// <summary>The number of a cell, or null where it was not measured.</summary>
    /// <param name="layer">Row.</param>
    /// <param name="protocol">Column.</param>
    /// <param name="stage">Column within the protocol.</param>
    public Spread? this[string layer, string protocol, EvaluationStage stage] =>
        Cells.FirstOrDefault(cell => cell.Layer == layer && cell.Protocol == protocol && cell.Stage == stage)?.Value;

    /// <summary>Builds the table of one undo of a group.</summary>
    /// <param name="group">The runs; each seed counts once.</param>
    /// <param name="undo">Name of the undo; null for the table without any.</param>
    /// <returns>The table.</returns>
    public static SummaryTable Of(ReportGroup group, string? undo) => Of([.. group.Runs.Select(run => run.EvaluationsWith(undo))]);

    /// <summary>Builds the table from records.</summary>
    /// <param name="seeds">The records of each seed.</param>
    /// <returns>The table; records of other protocols than the four are left out.</returns>
    public static SummaryTable Of(IReadOnlyList<IReadOnlyList<EvaluationRecord>> seeds)
    {
        EvaluationRecord[] records = [.. seeds.SelectMany(seed => seed).Where(record => protocols.Contains(record.Protocol))];
        return new SummaryTable(
            LayerOrder.Sort(records.Select(record => record.Layer)),
            [.. protocols.Where(protocol => records.Any(record => record.Protocol == protocol))],
            [.. records.Select(record => record.Stage).Distinct().Order()],
            [
                .. records
                    .GroupBy(record => (record.Layer, record.Protocol, record.Stage))
                    .Select(cell => new SummaryCell(cell.Key.Layer, cell.Key.Protocol, cell.Key.Stage, Spread.Of([.. cell.Select(record => record.Value)]))),
            ]);
    }
}
