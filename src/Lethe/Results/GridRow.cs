namespace Lethe.Results;

/// <summary>A row of a <see cref="Grid"/>: a cell for each column, and a class of the style sheet, empty for none.</summary>
internal sealed record GridRow(IReadOnlyList<GridCell> Cells, string Style = "")
{
    /// <summary>A row of plain text.</summary>
    public static GridRow Of(params IEnumerable<string> cells) => new([.. cells.Select(text => new GridCell(text))]);
}
