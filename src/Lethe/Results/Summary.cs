using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// Layers by quick probes by states of the encoder: what the command line prints and the report shows. ΔR compares between rows of equal d:
/// all layers of a backbone are pooled to one d, the projector has its own.
/// </summary>
internal static class Summary
{
    /// <summary>The columns, each with the states that hold anything.</summary>
    public static IReadOnlyList<string> Measures { get; } =
        [Measure.LinearAccuracy, Measure.KnnAccuracy, Measure.InstanceReductionTrain, Measure.InstanceReductionHeldOut];

    /// <summary>What of a table is part of the summary.</summary>
    public static ResultTable Of(ResultTable table) => table.Only(key => key.IsProbe && Measures.Contains(key.Measure));

    /// <summary>The last layer of each setting: its rows are named by the groups, and none but accuracies are in it.</summary>
    public static ResultTable OfSettings(ReportModel model) => ResultTable.Stacked(model.Groups.Select(group =>
    {
        ResultTable table = ResultTable.Of(group, group.FirstUndo);

        // A short title, as a method's name, says more than its letter.
        string row = group.Title.Length <= 18 ? group.Title : group.Title.Split(' ')[0];
        return table.Only(key => key.IsProbe && key.IsAccuracy && key.Layer == table.LastProbed, row);
    }));

    /// <summary>The table in words, its rows named so; accuracies have one digit after the point, ΔR as many as asked for.</summary>
    public static Grid Grid(ResultTable table, string rows, int decimals = 1) => Results.Grid.Of(
        "",
        1,
        table.Layers,
        [
            (new GridColumn(rows), row => new(row)),
            .. from measure in Shown(table)
               from state in table.Entrants
               select Column(measure, state, decimals),
        ]) with { Notes = [.. Pairing.MeansLeftOut(table.Entrants, table.Keys)] };

    private static (GridColumn, Func<string, GridCell>) Column(string measure, Entrant state, int decimals) => (
        new GridColumn(state.Label, Wording.Probe(measure)) { Style = state.Stage == EvaluationStage.Umm ? "umm" : "" },
        row => GridCell.Of(state[ResultKey.Probe(measure, row)]?.Value, Wording.IsAccuracy(measure), decimals));

    /// <summary>The columns that hold anything.</summary>
    public static IEnumerable<string> Shown(ResultTable table) => Measures.Intersect(table.Keys.Select(key => key.Measure));
}
