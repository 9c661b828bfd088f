using Lethe.Results;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>Points, each with a name, over places of an axis that have names, evenly apart.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Note">What to know of it.</param>
/// <param name="XLabel">What the places are.</param>
/// <param name="YLabel">What is measured.</param>
/// <param name="Places">The places, from left to right; at least one.</param>
/// <param name="Points">Place, value, name and class of the style sheet of each point.</param>
internal sealed record ScatterChart(
    string Title, string Note, string XLabel, string YLabel, IReadOnlyList<string> Places,
    IReadOnlyList<(int Place, double Value, string Name, string Colour)> Points) : Chart(Title, Note, 460, 262)
{
    private const int LongestPlace = 14;
    private const double Letter = 7;

    /// <summary>Digits after the point in tooltips and in the table.</summary>
    public int Decimals { get; init; } = 2;

    public override string Good => WhatIsGood.OfLines(Title, XLabel, YLabel);

    public override PlotArea Area => new(
        46, Width - 14, 30, Height - 38, new AxisScale(-0.5, Places.Count - 0.5, 1),
        AxisScale.Around(Points.Select(point => point.Value), 4));

    protected override Html? Data => (Html)$"<details><summary>Data</summary>{Table(
        $"{Title}: {YLabel}", ["run", XLabel, YLabel],
        Points.OrderBy(point => point.Place).Select(point => (string[])[point.Name, Places[point.Place], Shown(point.Value)]))}</details>";

    protected override string Describe() => $"{YLabel} over {XLabel}. " + string.Join(
        " ", Points.GroupBy(point => point.Place).OrderBy(at => at.Key).Select(
            at => $"{Places[at.Key]}: {string.Join(", ", at.Select(point => $"{point.Name} {Shown(point.Value)}"))}."));

    protected override IEnumerable<Html?> Shapes(PlotArea area)
    {
        // Names that would lie upon each other are left out; the table has them all.
        double longest = Letter * Places.Select(place => Math.Min(place.Length, LongestPlace)).Max();
        int every = Math.Max(1, (int)Math.Ceiling(Places.Count * longest / (area.Right - area.Left)));
        return
        [
            .. area.Y.Ticks.Select(tick => Across("grid", area.Left, area.Right, area.PlaceY(tick))),
            .. area.Y.Ticks.Select(tick => Text("tick end", area.Left - 7, area.PlaceY(tick) + 4, area.Y.Label(tick))),
            Across("axis", area.Left, area.Right, area.Floor),
            .. Places.Index().Where(place => place.Index % every == 0).SelectMany(place => (Html[])
            [
                Upright("axis", area.PlaceX(place.Index), area.Floor, area.Floor + 4),
                Text(
                    "tick middle", area.PlaceX(place.Index), area.Floor + 17,
                    place.Item.Length <= LongestPlace ? place.Item : place.Item[..(LongestPlace - 1)] + "…"),
            ]),
            Text("label", 2, 13, YLabel),
            Text("label end", area.Right, Height - 5, XLabel),
            .. Points.Select(point => (Html)$"""
                <g class='{point.Colour}'>{Dot(
                    area.PlaceX(point.Place), area.PlaceY(point.Value), 4.5,
                    $"{point.Name}, {XLabel} {Places[point.Place]}: {Shown(point.Value)}")}</g>
                """),
        ];
    }

    private string Shown(double value) => Wording.Fixed(value, Decimals);
}
