using System.Xml.Linq;
using Lethe.Results;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>A grid as part of a page.</summary>
internal static class HtmlGrid
{
    /// <summary>The table alone, with classes of the style sheet.</summary>
    public static XElement Table(Grid grid, string style = "")
    {
        string[] groups = [.. grid.Columns.Select(column => column.Group)];
        bool Starts(int i) => groups[i].Length == 0 || i == 0 || groups[i - 1] != groups[i];
        IEnumerable<int> starts = Enumerable.Range(0, groups.Length).Where(Starts);
        XElement? spans = groups.All(group => group.Length == 0) ? null : El("tr", starts.Select(i => groups[i].Length == 0
            ? El("th")
            : El(
                "th",
                Class("span first"),
                At("scope", "colgroup"),
                At("colspan", groups.Skip(i).TakeWhile(group => group == groups[i]).Count()),
                groups[i])));
        return El(
            "div",
            Class("scroll"),
            El(
                "table",
                Styled(style),
                El("thead", spans, El("tr", grid.Columns.Select((column, i) => El(
                    "th", Styled(i < grid.Names ? "names" : First(i)), At("scope", "col"), column.Title)))),
                El("tbody", grid.Rows.Select(row => El("tr", Styled(row.Style), row.Cells.Select(Cell))))));

        string First(int i) => groups[i].Length > 0 && Starts(i) ? "first" : "";

        XElement Cell(GridCell cell, int i) => i < grid.Names ? El("th", At("scope", "row"), cell.Text) : El(
            "td",
            Styled($"{First(i)} {grid.Columns[i].Style}"),
            cell.IsClear ? El("b", cell.Text) : cell.Text,
            cell.Beside.Select(line => El("small", line)));
    }

    /// <summary>The table in a box, between what to know first and how to read it.</summary>
    public static XElement Box(Grid grid, string style) => El(
        "div",
        Class("wide"),
        grid.Title.Length == 0 ? null : El("h3", grid.Title),
        grid.Lead.Select(text => P(Class("note"), text)),
        Table(grid, style),
        grid.Notes.Select(text => P(Class("note below"), text)));

    private static XAttribute? Styled(string style) => style.Trim() is { Length: > 0 } text ? Class(text) : null;
}
