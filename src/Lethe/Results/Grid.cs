namespace Lethe.Results;

/// <summary>
/// A table in words: what every query gives and every writer takes. So many columns at the left name the rows; those after them hold
/// numbers, aligned to the right. The title is empty where the place it is shown in says what it is.
/// </summary>
internal sealed record Grid(string Title, int Names, IReadOnlyList<GridColumn> Columns, IReadOnlyList<GridRow> Rows)
{
    /// <summary>What a reader must know first; above the table.</summary>
    public IReadOnlyList<string> Lead { get; init; } = [];

    /// <summary>A table with a row for each of some things and a column for each question asked of them.</summary>
    public static Grid Of<T>(
        string title, int names, IEnumerable<T> things, IReadOnlyList<(GridColumn Head, Func<T, GridCell> Cell)> columns,
        Func<T, string>? style = null) => new(
        title,
        names,
        [.. columns.Select(column => column.Head)],
        [.. things.Select(thing => new GridRow([.. columns.Select(column => column.Cell(thing))], style?.Invoke(thing) ?? ""))]);

    /// <summary>How it was measured, what was left out and why, how to read it, what an empty cell means; beneath the table.</summary>
    public IReadOnlyList<string> Notes
    {
        get => Rows.Any(row => row.Cells.Any(cell => cell.Text == GridCell.Nothing)) ? [.. field, GridCell.AboutNothing] : field;
        init;
    } = [];
}
