using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// Layers by protocols by states of the encoder: what the command line prints and the report shows. ΔR compares between
/// rows of equal d: all layers of a backbone are pooled to one d, the projector has its own.
/// </summary>
/// <param name="Cells">The numbers that there are, rows from early to late layers and states as they happen.</param>
internal sealed record SummaryTable(IReadOnlyList<SummaryCell> Cells)
{
    private static readonly string[] protocols =
    [
        EvaluationProtocol.Linear, EvaluationProtocol.Knn, EvaluationProtocol.InstanceReductionTrain, EvaluationProtocol.InstanceReductionHeldOut,
    ];

    /// <summary>Rows: the layers, or whatever the numbers are of.</summary>
    public IReadOnlyList<string> Rows => [.. Cells.Select(cell => cell.Layer).Distinct()];

    /// <summary>Columns that hold anything: linear, kNN, ΔR on images trained on, ΔR on images never trained on.</summary>
    public IReadOnlyList<string> Protocols => [.. protocols.Where(protocol => Cells.Any(cell => cell.Protocol == protocol))];

    /// <summary>States that hold anything: untrained, before, control, UMM.</summary>
    public IReadOnlyList<EvaluationStage> Stages => [.. Cells.Select(cell => cell.Stage).Distinct().Order()];

    /// <summary>The number of a cell, or null where it was not measured.</summary>
    public Spread? this[string row, string protocol, EvaluationStage stage] =>
        Cells.FirstOrDefault(cell => cell.Layer == row && cell.Protocol == protocol && cell.Stage == stage)?.Value;

    /// <summary>Builds the table of one undo of a group; null is the table without any.</summary>
    public static SummaryTable Of(ReportGroup group, string? undo) => Of(ResultTable.Of(group, undo));

    /// <summary>Builds the table from the states of one setting.</summary>
    public static SummaryTable Of(ResultTable table) => new(
    [
        .. from layer in table.Layers
           from protocol in protocols
           from entrant in table.Entrants
           let cell = entrant[ResultKey.Probe(protocol, layer)]
           where cell is not null
           select new SummaryCell(layer, protocol, entrant.Stage, cell.Value),
    ]);

    /// <summary>The table in words.</summary>
    /// <param name="rows">What the rows are.</param>
    /// <param name="decimals">Digits after the point of ΔR; accuracies have one.</param>
    public Grid Grid(string rows, int decimals = 1) => new(
        "",
        [
            GridColumn.Names(rows),
            .. Protocols.SelectMany(protocol => Stages.Select(stage => new GridColumn(Wording.Stage(stage), Wording.Protocol(protocol))
            {
                Style = stage == EvaluationStage.Umm ? "umm" : "",
            })),
        ],
        [
            .. Rows.Select(row => new GridRow(
            [
                new(row),
                .. Protocols.SelectMany(protocol => Stages.Select(stage =>
                    Wording.IsAccuracy(protocol) ? GridCell.Of(this[row, protocol, stage], 100, 1) : GridCell.Of(this[row, protocol, stage], 1, decimals))),
            ])),
        ]);
}
