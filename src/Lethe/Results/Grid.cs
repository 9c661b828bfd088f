namespace Lethe.Results;

/// <summary>
/// A table in words: what every query gives and every writer takes. So many columns at the left name the rows; those after them hold
/// numbers, aligned to the right. The title is empty where the place it is shown in says what it is.
/// </summary>
internal sealed record Grid(string Title, int Names, IReadOnlyList<GridColumn> Columns, IReadOnlyList<GridRow> Rows)
{
    /// <summary>What a reader must know first; above the table.</summary>
    public IReadOnlyList<string> Lead { get; init; } = [];

    /// <summary>How it was measured, what was left out and why, how to read it; beneath the table.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
