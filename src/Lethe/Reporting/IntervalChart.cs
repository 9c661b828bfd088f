namespace Lethe.Reporting;

/// <summary>Numbers with their intervals, a row each: what some entrants reached, or differences of them around 0.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Note">What to know of it.</param>
/// <param name="Unit">What the axis counts.</param>
/// <param name="Rows">Name, class of the style sheet, number, ends of its interval, its text, and whether its dot is filled.</param>
internal sealed record IntervalChart(
    string Title, string Note, string Unit,
    IReadOnlyList<(string Name, string Style, double Value, double? Low, double? High, string Text, bool Filled)> Rows)
    : Chart(Title, Note, 460, Top + (RowHeight * Rows.Count) + Bottom)
{
    private const double Top = 8, Bottom = 36, RowHeight = 38;
    private const int LongestName = 66;

    /// <summary>Whether 0 is marked.</summary>
    public bool AroundZero { get; init; }

    public override string Good => AroundZero ? WhatIsGood.OfDifferences : WhatIsGood.OfEntrants;

    public override PlotArea Area => new(
        12, Width - 16, Top, Height - Bottom,
        AxisScale.Around(
            [
                .. Rows.SelectMany(row => (double[])[row.Value, row.Low ?? row.Value, row.High ?? row.Value]),
                .. AroundZero ? [0.0] : (double[])[],
            ], 5),
        new AxisScale(0, 1, 1));

    protected override Html? Data => null;

    protected override string Describe() => string.Join(" ", Rows.Select(row => $"{row.Name}: {row.Text}."));

    protected override IEnumerable<Html?> Shapes(PlotArea area) =>
    [
        .. area.X.Ticks.Select(tick => Upright(AroundZero && tick == 0 ? "mark" : "grid", area.PlaceX(tick), Top, area.Floor)),
        .. area.X.Ticks.Select(tick => Text("tick middle", area.PlaceX(tick), area.Floor + 14, area.X.Label(tick))),
        Text("label end", Width - 4, Height - 5, Unit),
        .. Rows.Index().SelectMany(at => Row(area, at.Item, Top + (RowHeight * at.Index))),
    ];

    private static IEnumerable<Html?> Row(
        PlotArea area, (string Name, string Style, double Value, double? Low, double? High, string Text, bool Filled) row, double top)
    {
        // Over its line, where a long name has room; what it is less of stands at its end.
        double y = top + 27;
        yield return Text("row", 0, top + 13, row.Name.Length <= LongestName ? row.Name : "…" + row.Name[^(LongestName - 1)..]);
        yield return $"""
            <g class='{row.Style}{(row.Filled ? "" : " dashed")}'>
            {(row is { Low: { } low, High: { } high } ? Across("line", area.PlaceX(low), area.PlaceX(high), y) : null)}
            {Dot(area.PlaceX(row.Value), y, 4.5, $"{row.Name}: {row.Text}")}
            </g>
            """;
    }
}
