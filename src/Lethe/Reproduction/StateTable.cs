using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Reproduction;

/// <summary>
/// What was measured of each method before, after the control and after UMM. Differences stand where they are judged and nowhere else, so
/// that no two tables correct them for other numbers of tests.
/// </summary>
internal static class StateTable
{
    /// <summary>Makes the table.</summary>
    /// <param name="title">What it is called.</param>
    /// <param name="setting">Names the undo.</param>
    /// <param name="methods">What was measured of each method: all keys of it are shown.</param>
    public static Grid Of(string title, Setting setting, IReadOnlyList<(string Method, ResultTable Table)> methods)
    {
        string undo = Setting.NameOf(setting.Undo);
        var rows = methods.SelectMany(one => one.Table.Keys.Select(key => (one.Method, one.Table, Key: key))).ToArray();
        Entrant? Umm(ResultTable table) => table.Entrants.FirstOrDefault(entrant => entrant.Undo == undo);
        Entrant? State(ResultTable table, EvaluationStage stage) => stage switch
        {
            EvaluationStage.Umm => Umm(table),
            EvaluationStage.Control => Umm(table)?.Control,
            _ => table[stage],
        };
        return Grid.Of(
            title,
            2,
            rows,
            [
                (new("method"), row => new(row.Method)),
                (new("measured"), row => new($"{row.Key.Name}{(row.Key.IsProbe ? $", {row.Key.Layer}" : "")}")),
                .. new[] { EvaluationStage.Before, EvaluationStage.Control, EvaluationStage.Umm }.Select(
                    stage => ((GridColumn, Func<(string Method, ResultTable Table, ResultKey Key), GridCell>))(
                        new GridColumn(Wording.Stage(stage)), row => GridCell.OverSeeds(row.Key, State(row.Table, stage)?[row.Key]))),
            ]) with
        {
            Notes =
            [
                .. methods.SelectMany(one => one.Table.Entrants.SelectMany(
                    entrant => one.Table.Keys.SelectMany(key => entrant.Of(key).Select(record => record.Settings ?? "")))).Where(
                    text => text.Length > 0).Distinct(),
            ],
        };
    }
}
