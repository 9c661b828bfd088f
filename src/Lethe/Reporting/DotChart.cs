using Lethe.Results;

namespace Lethe.Reporting;

/// <summary>
/// One measure of a summary: a row for each layer and in it a lane for each state of the encoder, with its number beside it and its spread
/// over seeds. A row may have a note under the name of its layer.
/// </summary>
internal sealed record DotChart(ResultTable Table, string Measure, string Title, string Note, Func<string, string>? RowNote = null)
    : Chart(Title, Note, 460, Top + (RowHeight(Table) * Layers(Table, Measure).Count()) + Bottom)
{
    private const double Top = 8, Bottom = 36, Lane = 13, Gap = 12;

    public override string Good => WhatIsGood.OfLayers(Measure);

    public override PlotArea Area => new(
        RowNote is null ? 70 : 166, Width - 12, Top, Height - Bottom,
        AxisScale.Around(Layers(Table, Measure).SelectMany(Dots).SelectMany(dot => dot.Value.Ends()), 4),
        new AxisScale(0, 1, 1));

    protected override Html? Data => null;

    protected override string Describe() => string.Join(" ", Layers(Table, Measure).Select(layer =>
        $"{layer}: {string.Join(", ", Dots(layer).Select(dot => $"{dot.State.Label} {Wording.Plain(dot.Value, 1)}"))}."));

    protected override IEnumerable<Html?> Shapes(PlotArea area) =>
    [
        .. area.X.Ticks.Select(tick => Upright("grid", area.PlaceX(tick), Top, area.Floor)),
        .. area.X.Ticks.Select(tick => Text("tick middle", area.PlaceX(tick), area.Floor + 14, area.X.Label(tick))),
        Text("label end", Width - 4, Height - 5, Wording.IsAccuracy(Measure) ? "accuracy, %" : "ΔR, nats"),
        .. Layers(Table, Measure).SelectMany((layer, row) => Row(area, layer, Top + (row * RowHeight(Table)))),
    ];

    private static double RowHeight(ResultTable table) => Math.Max(36, (Lane * table.Entrants.Count) + Gap);

    private static IEnumerable<string> Layers(ResultTable table, string measure) =>
        table.Keys.Where(key => key.Measure == measure).Select(key => key.Layer);

    private IEnumerable<Html?> Row(PlotArea area, string layer, double top)
    {
        double middle = top + (RowHeight(Table) / 2);
        if (top > Top) yield return Across("rule", 0, Width, top);
        yield return Text("row", 0, middle + (RowNote is null ? 4 : -2), layer);
        if (RowNote is not null) yield return Text("tick", 0, middle + 13, RowNote(layer));
        foreach ((Entrant state, int lane, SeedMean value) in Dots(layer))
        {
            double x = area.PlaceX(value.Mean), reach = area.PlaceX(value.Mean + value.Deviation) - x;
            double y = middle + (Lane * (lane + 0.5 - (Table.Entrants.Count / 2.0)));
            bool before = x > Width * 0.66;
            string text = Wording.Plain(value, 1);
            yield return $"""
                <g class='{state.Style}'>
                {(reach > 0 ? Across("line", x - reach, x + reach, y) : null)}
                {Dot(x, y, 4, $"{layer}, {state.Label}: {text}")}
                {Text(before ? "value end" : "value", before ? x - reach - 8 : x + reach + 8, y + 4, text)}
                </g>
                """;
        }
    }

    /// <summary>The numbers of a row as they are shown, each with the lane of its state.</summary>
    private IEnumerable<(Entrant State, int Lane, SeedMean Value)> Dots(string layer) =>
        from state in Table.Entrants.Index()
        let cell = state.Item[ResultKey.Probe(Measure, layer)]
        where cell is not null
        select (state.Item, state.Index, cell.Value.Times(Wording.IsAccuracy(Measure) ? 100 : 1));
}
