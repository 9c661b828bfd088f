namespace Lethe.Results;

/// <summary>A row of a <see cref="Grid"/>.</summary>
/// <param name="Cells">One for each column.</param>
/// <param name="Style">A class of the style sheet for the row; empty for none.</param>
internal sealed record GridRow(IReadOnlyList<GridCell> Cells, string Style = "")
{
    /// <summary>A row of plain text.</summary>
    public static GridRow Of(params IEnumerable<string> cells) => new([.. cells.Select(text => new GridCell(text))]);
}
