using Lethe.Results;
using Lethe.Runtime;

namespace Lethe.Reporting;

/// <summary>A grid as comma-separated values (RFC 4180, lines ended as on Unix): names of the columns, then the rows.</summary>
internal static class CsvGrid
{
    /// <summary>Renders a grid.</summary>
    public static string Render(Grid grid) => string.Concat(
        grid.Rows.Select(row => row.Cells.Select(cell => cell.Text)).Prepend(grid.Columns.Select(column => column.Name))
            .Select(cells => string.Join(',', cells.Select(CsvText.Field)) + "\n"));
}
