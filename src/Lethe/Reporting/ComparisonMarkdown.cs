using System.Text;

namespace Lethe.Reporting;

/// <summary>A comparison as Markdown, for a page of results.</summary>
public static class ComparisonMarkdown
{
    /// <summary>Renders a comparison.</summary>
    /// <param name="table">What to show.</param>
    /// <returns>Two tables, clear differences in bold, and how to read them.</returns>
    public static string Render(ComparisonTable table)
    {
        var text = new StringBuilder();
        foreach (ComparisonGrid grid in table.Grids())
        {
            text.Append(Invariant($"**{grid.Title}**\n\n"));
            Line(grid.Header);
            Line(grid.Header.Select((_, i) => i < grid.Names ? "---" : "--:"));
            for (int i = 0; i < grid.Rows.Count; i++)
                Line(grid.Rows[i].Select((cell, column) => grid.Clear[i] && column == grid.Names ? $"**{cell}**" : cell));
            text.Append('\n');
        }

        text.AppendJoin("\n\n", table.Remarks().Select(Escaped)).Append('\n');
        return text.ToString();

        void Line(IEnumerable<string> cells) => text.Append(Invariant($"| {string.Join(" | ", cells.Select(Escaped))} |\n"));
    }

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
