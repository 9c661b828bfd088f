using Lethe.Results;
using Spectre.Console;
using Grid = Lethe.Results.Grid;

namespace Lethe.Cli;

/// <summary>A grid on the terminal.</summary>
internal static class GridView
{
    /// <summary>Shows a grid, what is to be known first above it and its notes beneath; clear differences are bold.</summary>
    public static void Show(Grid grid, Terminal terminal)
    {
        foreach (string text in grid.Lead.Prepend(grid.Title).Where(text => text.Length > 0))
            terminal.Say(text);
        Table table = new Table().Border(TableBorder.Simple);
        foreach ((int i, var column) in grid.Columns.Index())
        {
            var shown = new TableColumn(Markup.Escape(column.Group.Length == 0 ? column.Title : $"{column.Group}\n{column.Title}"));
            table.AddColumn(i < grid.Names ? shown : shown.RightAligned());
        }

        foreach (var row in grid.Rows)
            table.AddRow([.. row.Cells.Select(Shown)]);
        terminal.Show(table, [.. grid.Columns.Select(column => column.Group)]);
        foreach (string note in grid.Notes)
            terminal.Say(note);

        static string Shown(GridCell cell) => string.Join(
            ' ', cell.Beside.Select(Markup.Escape).Prepend(
                cell.IsClear ? $"[bold]{Markup.Escape(cell.Text)}[/]" : Markup.Escape(cell.Text)));
    }
}
