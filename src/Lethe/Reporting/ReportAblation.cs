using System.Xml.Linq;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>The ablation table of a page.</summary>
internal static class ReportAblation
{
    /// <summary>The table; null where there is but one undo of one run, which the summary shows already.</summary>
    public static XElement? Of(ReportGroup group)
    {
        if (group.Runs.Sum(run => run.Undos.Count) < 2 || AblationTable.Of(group) is not { } table) return null;
        var columns = AblationCell.Columns(table);
        return El(
            "div",
            Class("wide"),
            El("h3", $"Every undo, {table.Layer}"),
            P(Class("note"), AblationMarkdown.Naming(table)),
            table.Notes.Select(note => P(Class("note"), El("b", note))),
            El(
                "div",
                Class("scroll"),
                El(
                    "table",
                    Class("summary ablation"),
                    El(
                        "thead",
                        El("tr", El("th"), El("th"), columns.GroupBy(column => column.Group).Select(span => El("th", Class("span first"), At("scope", "colgroup"), At("colspan", span.Count()), span.Key))),
                        El("tr", El("th", At("scope", "col"), "state"), El("th", At("scope", "col"), "n"), columns.Select((column, i) => El("th", First(i), At("scope", "col"), column.Title)))),
                    El("tbody", table.Rows.Select(row => El(
                        "tr",
                        Class($"stage-{row.Stage.ToString().ToLowerInvariant()}"),
                        El("th", At("scope", "row"), row.Label),
                        El("td", $"{row.Runs}"),
                        columns.Select((column, i) => Cell(column.Cell(row), First(i)))))))),
            P(Class("note below"), AblationMarkdown.Reading(table)));

        XAttribute? First(int i) => i == 0 || columns[i].Group != columns[i - 1].Group ? Class("first") : null;
    }

    private static XElement Cell(AblationCell? cell, XAttribute? attribute) => cell is null
        ? El("td", attribute, "–")
        : El("td", attribute, cell.IsClear ? El("b", cell.Main) : cell.Main, cell.Beside.Select(line => El("small", line)));
}
