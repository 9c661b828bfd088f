using System.Text;
using Lethe.Results;

namespace Lethe.Reporting;

/// <summary>Grids as LaTeX tables, with the rules of the package booktabs.</summary>
internal static class LatexGrid
{
    // What LaTeX takes for itself, and what not every font of it has.
    private static readonly Dictionary<char, string> marks = new()
    {
        ['\\'] = "\\textbackslash{}", ['{'] = "\\{", ['}'] = "\\}", ['&'] = "\\&", ['%'] = "\\%", ['$'] = "\\$", ['#'] = "\\#",
        ['_'] = "\\_", ['^'] = "\\textasciicircum{}", ['~'] = "\\textasciitilde{}", ['<'] = "$<$", ['>'] = "$>$", ['|'] = "$|$",
        ['−'] = "$-$", ['±'] = "$\\pm$", ['×'] = "$\\times$", ['·'] = "$\\cdot$", ['²'] = "$^2$", ['Δ'] = "$\\Delta$",
        ['α'] = "$\\alpha$", ['β'] = "$\\beta$", ['ε'] = "$\\varepsilon$", ['≤'] = "$\\le$", ['≥'] = "$\\ge$", ['–'] = "--", ['—'] = "---",
        ['’'] = "'", ['…'] = "\\dots{}", ['\u00A0'] = "~", ['\u202F'] = "\\,", ['\n'] = " ", ['\r'] = " ", ['\t'] = " ",
    };

    /// <summary>Renders grids one beneath the other; clear differences are bold, and what is to be said of them stands beneath.</summary>
    public static string Render(IReadOnlyList<Grid> grids)
    {
        var text = new StringBuilder("% \\usepackage{booktabs}\n");
        foreach (Grid grid in grids)
            Append(text, grid);
        return text.ToString();
    }

    /// <summary>A text that LaTeX sets as it stands.</summary>
    public static string Escaped(string text) =>
        string.Concat(text.Select(mark => marks.TryGetValue(mark, out string? written) ? written : mark.ToString()));

    private static void Append(StringBuilder text, Grid grid)
    {
        text.Append("\\begin{table}\n\\centering\n");
        string caption = string.Join(' ', grid.Lead.Prepend(grid.Title.Length > 0 ? grid.Title + "." : "").Where(one => one.Length > 0));
        if (caption.Length > 0)
            text.Append(Invariant($"\\caption{{{Escaped(caption)}}}\n"));
        string columns = new string('l', grid.Names) + new string('r', grid.Columns.Count - grid.Names);
        text.Append(Invariant($"\\begin{{tabular}}{{{columns}}}\n\\toprule\n"));
        if (grid.Columns.Any(column => column.Group.Length > 0))
            AppendGroups(text, grid);
        Row(grid.Columns.Select(column => Escaped(column.Title)));
        text.Append("\\midrule\n");
        foreach (GridRow row in grid.Rows)
            Row(row.Cells.Select(Cell));
        text.Append("\\bottomrule\n\\end{tabular}\n");
        if (grid.Notes.Count > 0)
            text.Append(Invariant($"\\par\\smallskip\\footnotesize {Escaped(string.Join(' ', grid.Notes))}\n"));
        text.Append("\\end{table}\n");

        void Row(IEnumerable<string> cells) => text.Append(Invariant($"{string.Join(" & ", cells)} \\\\\n"));
    }

    private static void AppendGroups(StringBuilder text, Grid grid)
    {
        var cells = new List<string>();
        var rules = new List<string>();
        for (int i = 0; i < grid.Columns.Count;)
        {
            string group = grid.Columns[i].Group;
            int span = group.Length == 0 ? 1 : grid.Columns.Skip(i).TakeWhile(column => column.Group == group).Count();
            cells.Add(group.Length == 0 ? "" : Invariant($"\\multicolumn{{{span}}}{{c}}{{{Escaped(group)}}}"));
            if (group.Length > 0)
                rules.Add(Invariant($"\\cmidrule(lr){{{i + 1}-{i + span}}}"));
            i += span;
        }

        text.Append(Invariant($"{string.Join(" & ", cells)} \\\\\n{string.Concat(rules)}\n"));
    }

    private static string Cell(GridCell cell) => string.Join(
        ' ', cell.Beside.Select(beside => $"{{\\footnotesize {Escaped(beside)}}}").Prepend(
            cell.IsClear ? $"\\textbf{{{Escaped(cell.Text)}}}" : Escaped(cell.Text)));
}
