using System.Xml.Linq;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>The tables of the protocols, one for each protocol, data set and undo, each with its settings.</summary>
internal static class ReportProtocols
{
    public static bool Any(ReportModel model) => model.Groups.Any(group => group.Runs.Any(run => run.Protocols.Count > 0 || run.Undos.Any(undo => undo.Protocols.Count > 0)));

    public static IEnumerable<XElement?> Of(ReportGroup group)
    {
        foreach (string? undo in group.UndoNames.Cast<string?>().DefaultIfEmpty(null))
        {
            if (group.UndoNames.Count > 1)
                yield return El("h3", $"UMM {undo}");
            foreach (ProtocolTable table in ProtocolTable.Of(Records(group, undo)))
                yield return Figures(table);
        }
    }

    /// <summary>The records of each run: of the run itself, and of one of its undos.</summary>
    public static IReadOnlyList<IReadOnlyList<EvaluationRecord>> Records(ReportGroup group, string? undo) =>
        [.. group.Runs.Select(run => (IReadOnlyList<EvaluationRecord>)[.. run.Protocols, .. run.Undos.FirstOrDefault(one => one.Name == undo)?.Protocols ?? []])];

    private static XElement Figures(ProtocolTable table) => El(
        "div",
        Class("wide"),
        El("h3", $"{table.Protocol}{(table.Target is null ? "" : $" on {table.Target}")}{(table.Quick ? ", quick: not for conclusions" : "")}"),
        table.Settings.Select(text => P(Class("note"), text)),
        Table(
            "",
            ["layer", "fitted", "measure", .. table.Stages.Select(Wording.Stage)],
            table.Rows.Select(row => (IEnumerable<string>)
            [
                row.Layer,
                row.LabelShare is { } share ? $"{row.Variant}, {Wording.Short(100 * share)} % of the labels" : row.Variant,
                row.Measure,
                .. table.Stages.Select(stage => row.Cells.TryGetValue(stage, out ProtocolCell? cell) ? cell.ToString() : "–"),
            ])));
}
