using System.Text;
using Lethe.Results;

namespace Lethe.Reporting;

/// <summary>Grids as Markdown, for a page of results.</summary>
internal static class MarkdownGrid
{
    /// <summary>Renders grids one beneath the other: titles and clear differences in bold, with all that is to be said of them.</summary>
    public static string Render(IReadOnlyList<Grid> grids)
    {
        var text = new StringBuilder();
        foreach (Grid grid in grids)
        {
            if (text.Length > 0)
                text.Append('\n');
            if (grid.Title.Length > 0)
                text.Append(Invariant($"**{Escaped(grid.Title)}**\n\n"));
            foreach (string lead in grid.Lead)
                text.Append(Invariant($"{Escaped(lead)}\n\n"));
            Line(grid.Columns.Select(column => Escaped(column.Name)));
            Line(grid.Columns.Select((_, i) => i < grid.Names ? "---" : "--:"));
            foreach (GridRow row in grid.Rows)
                Line(row.Cells.Select(Cell));
            foreach (string note in grid.Notes)
                text.Append(Invariant($"\n{Escaped(note)}\n"));
        }

        return text.ToString();

        void Line(IEnumerable<string> cells) => text.Append(Invariant($"| {string.Join(" | ", cells)} |\n"));
    }

    private static string Cell(GridCell cell) =>
        string.Join(' ', cell.Beside.Select(Escaped).Prepend(cell.IsClear ? $"**{Escaped(cell.Text)}**" : Escaped(cell.Text)));

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
