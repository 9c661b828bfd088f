using System.Text;

namespace Lethe.Reporting;

/// <summary>Ablation tables as Markdown, for a page of results.</summary>
public static class AblationMarkdown
{
    /// <summary>Renders the tables.</summary>
    /// <param name="tables">What to show.</param>
    /// <returns>For each, what the rows are, the table, and what the numbers are; with a heading where there are several.</returns>
    public static string Render(IReadOnlyList<AblationTable> tables)
    {
        var text = new StringBuilder();
        foreach (AblationTable table in tables)
        {
            if (text.Length > 0) text.Append('\n');
            if (table.Setting.Length > 0) text.Append(Invariant($"## {table.Setting}\n\n"));
            var columns = AblationCell.Columns(table);
            text.Append(Invariant($"States of {table.Layer}. {Naming(table)}\n\n"));
            Line(["state", "n", .. columns.Select(column => column.Group == "label-free" ? column.Title : column.Title == "%" ? $"{column.Group}, %" : column.Title)]);
            Line(["---", .. columns.Select(_ => "--:").Prepend("--:")]);
            foreach (AblationRow row in table.Rows)
            {
                Line([Escaped(row.Label), $"{row.Runs}", .. columns.Select(column => column.Cell(row) is { } cell ? Cell(cell) : "–")]);
            }

            text.Append(Invariant($"\n{Reading(table)}\n"));
            foreach (string note in table.Notes) text.Append(Invariant($"\n{Escaped(note)}\n"));
        }

        return text.ToString();

        void Line(IEnumerable<string> cells) => text.Append(Invariant($"| {string.Join(" | ", cells)} |\n"));
    }

    /// <summary>What the rows are, in words.</summary>
    internal static string Naming(AblationTable table) => $"{UndoLabels.Reference}: {table.Reference}. The other undos are named by what they do otherwise.";

    /// <summary>What the numbers are, in words.</summary>
    internal static string Reading(AblationTable table) =>
        $"{AblationTable.Reading} ΔR in nats, {table.Conditions}; its gap is that of images trained on less that of unseen ones.";

    private static string Cell(AblationCell cell)
    {
        string main = cell.IsClear ? $"**{cell.Main}**" : cell.Main;
        return cell.Beside.Count == 0 ? main : $"{main} {string.Join(' ', cell.Beside)}";
    }

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
