using Spectre.Console;
using Spectre.Console.Rendering;

namespace Lethe.Cli;

/// <summary>
/// Tables on a screen that is too narrow for them: numbers are never broken. Columns that do not fit follow in a table beneath, with the
/// names of the rows again; names are broken between words.
/// </summary>
internal static class TableFit
{
    // Two blanks before a cell, and two after the last.
    private const int Margin = 3;

    // A name that is longer may be broken.
    private const int LongestName = 20;

    /// <summary>The tables to show in place of one, one beneath the other; itself where it fits.</summary>
    /// <param name="table">The table: names, aligned to the left, then numbers, aligned to the right.</param>
    /// <param name="console">Where to.</param>
    /// <param name="groups">What each column belongs to, as long as possible in one table with its neighbours; null for nothing.</param>
    public static IReadOnlyList<Table> Parts(Table table, IAnsiConsole console, IReadOnlyList<string>? groups = null)
    {
        int names = table.Columns.TakeWhile(column => column.Alignment != Justify.Right).Count();
        var options = RenderOptions.Create(console);
        int[] widths =
            [.. table.Columns.Select((column, i) => Width(column, table.Rows.Select(row => row[i]), i >= names, options) + Margin)];
        for (int i = names; i < widths.Length; i++)
            table.Columns[i].NoWrap();
        int room = console.Profile.Width - widths.Take(names).Sum();
        if (names == 0 || names == widths.Length || widths.Skip(names).Sum() <= room)
            return [table];
        var parts = new List<List<int>> { new() };
        foreach (IGrouping<string, int> group in Enumerable.Range(names, widths.Length - names).GroupBy(i => groups?[i] ?? $"{i}"))
        {
            int used = parts[^1].Sum(i => widths[i]);
            if (parts[^1].Count > 0 && used + group.Sum(i => widths[i]) > room)
                parts.Add([]);
            foreach (int i in group)
            {
                if (parts[^1].Count > 0 && parts[^1].Sum(j => widths[j]) + widths[i] > room)
                    parts.Add([]);
                parts[^1].Add(i);
            }
        }

        return [.. parts.Select(part => Only(table, [.. Enumerable.Range(0, names), .. part]))];
    }

    private static int Width(TableColumn column, IEnumerable<IRenderable> cells, bool number, RenderOptions options)
    {
        int Of(IRenderable cell, bool whole) => cell.Measure(options, int.MaxValue) is var size && whole ? size.Max : size.Min;
        int widest = cells.Select(cell => Of(cell, number)).DefaultIfEmpty(0).Max();
        int header = Of(column.Header, whole: number);
        return number ? Math.Max(widest, header) : Math.Max(Math.Min(widest, LongestName), Math.Min(header, LongestName));
    }

    private static Table Only(Table table, IReadOnlyList<int> columns)
    {
        Table part = new Table().Border(table.Border);
        foreach (TableColumn column in columns.Select(i => table.Columns[i]))
            part.AddColumn(new TableColumn(column.Header) { Alignment = column.Alignment, NoWrap = column.NoWrap });
        foreach (TableRow row in table.Rows)
            part.AddRow(columns.Select(i => row[i]));
        return part;
    }
}
