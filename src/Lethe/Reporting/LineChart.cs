using Lethe.Results;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>
/// Lines over a whole-number axis, with names at the ends of the lines and a table of the data beneath. Crowded lines are drawn thin, with
/// their running mean upon them.
/// </summary>
internal sealed record LineChart(string Title, string Note, string XLabel, string YLabel, IReadOnlyList<ChartSeries> Series)
    : Chart(Title, Note, 460, 262)
{
    /// <summary>More points than this are crowded: no dots, and one row of the table in so many.</summary>
    private const int Crowd = 60;

    /// <summary>More points than this cannot be told apart on a screen.</summary>
    private const int Drawn = 400;

    /// <summary>Names of the places 0, 1, 2 … of the axis, where it counts things that have names; none shows numbers.</summary>
    public IReadOnlyList<string> Places { get; init; } = [];

    /// <summary>Epochs to mark with an upright line; the first has words.</summary>
    public (IReadOnlyList<int> At, string Text) Marks { get; init; } = ([], "");

    /// <summary>Values that the y axis must hold besides the chart's own, so that charts side by side share it.</summary>
    public IEnumerable<double> AlsoHold { get; init; } = [];

    /// <summary>Digits after the point in tooltips and in the table.</summary>
    public int Decimals { get; init; } = 2;

    public override string Good => WhatIsGood.OfLines(Title, XLabel, YLabel);

    public override PlotArea Area
    {
        get
        {
            ChartPoint[] points = [.. Series.SelectMany(series => series.Points)];
            double names = 14 + (6.6 * Series.Select(series => series.Name.Length).DefaultIfEmpty(0).Max());
            return new PlotArea(
                46, Width - names, 30, Height - 38,
                AxisScale.Whole(points.Select(point => point.X), Places.Count > 0 ? Places.Count : 5),
                AxisScale.Around(points.SelectMany(point => (double[])[point.Ends.Low, point.Ends.High]).Concat(AlsoHold), 4));
        }
    }

    protected override Html Data
    {
        get
        {
            double[] all = [.. Series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order()];
            int every = Math.Max(1, (all.Length + Crowd - 1) / Crowd);
            var columns = Series.Select(series => series.Points.ToDictionary(point => point.X, point => Shown(point.Y))).ToArray();
            string gaps = columns.All(column => all.All(column.ContainsKey)) ? "" : "; – was not measured there";
            Html table = Table(
                $"{Title}: {YLabel}{(every == 1 ? "" : $", one row in {every}; metrics.jsonl holds all")}{gaps}",
                [XLabel, .. Series.Select(series => series.Name)],
                all.Where((_, i) => i % every == 0 || i == all.Length - 1)
                    .Select(x => (string[])[Place(x), .. columns.Select(column => column.GetValueOrDefault(x, GridCell.Nothing))]));
            return $"<details><summary>Data</summary>{table}</details>";
        }
    }

    protected override string Describe() => $"{YLabel} over {XLabel}. " + string.Join(" ", Series.Where(s => s.Points.Count > 0).Select(s =>
        $"{s.Name}: from {Shown(s.Points[0].Y)} at {Place(s.Points[0].X)} to {Shown(s.Points[^1].Y)} at {Place(s.Points[^1].X)}."));

    protected override IEnumerable<Html?> Shapes(PlotArea area) =>
    [
        .. area.Y.Ticks.Select(tick => Across("grid", area.Left, area.Right, area.PlaceY(tick))),
        .. area.Y.Ticks.Select(tick => Text("tick end", area.Left - 7, area.PlaceY(tick) + 4, area.Y.Label(tick))),
        Across("axis", area.Left, area.Right, area.Floor),
        .. area.X.Ticks.Select(tick => Upright("axis", area.PlaceX(tick), area.Floor, area.Floor + 4)),
        .. area.X.Ticks.Select(tick => Text("tick middle", area.PlaceX(tick), area.Floor + 17, Place(tick))),
        Text("label", 2, 13, YLabel),
        Text("label end", area.Right, Height - 5, XLabel),
        .. Marks.At.Select((at, i) => Mark(area, area.PlaceX(at), i == 0 ? Marks.Text : "")),
        .. Series.Select(series => Line(area, series)),
        .. Names(area),
    ];

    private static Html Mark(PlotArea area, double x, string text)
    {
        // The text stands on the side where there is room.
        bool before = x > (area.Left + area.Right) / 2;
        Html words = Text(before ? "marked end" : "marked", before ? x - 5 : x + 5, area.Top - 2, text);
        return $"{Upright("mark", x, area.Top - 8, area.Floor)}{words}";
    }

    private Html Line(PlotArea area, ChartSeries series)
    {
        bool crowded = series.Points.Count > Crowd;
        IReadOnlyList<ChartPoint> drawn = Thinned(series.Points);
        string line = Path(crowded ? Thinned(RunningMean(series.Points)) : drawn, point => point.Y.Mean);
        string band = $"{Path(drawn, point => point.Ends.High)} {Path(drawn.Reverse(), point => point.Ends.Low)}";
        double radius = series.Points.Count > 25 ? 1.6 : 2.6;
        return $"""
            <g class='{series.Colour}{(series.Dashed ? " dashed" : "")}'>
            {If(drawn.Any(point => point.Ends.High > point.Ends.Low), $"<polygon class='band' points='{band}'/>")}
            {If(crowded, $"<polyline class='thin' points='{Path(drawn, point => point.Y.Mean)}'/>")}
            {If(drawn.Count > 1, $"<polyline class='line' points='{line}'/>")}
            {Each(crowded ? [] : series.Points, point => Dot(
                area.PlaceX(point.X), area.PlaceY(point.Y.Mean), radius, $"{series.Name}, {XLabel} {Place(point.X)}: {Shown(point.Y)}"))}
            </g>
            """;

        string Path(IEnumerable<ChartPoint> points, Func<ChartPoint, double> height) => string.Join(' ', points.Select(point =>
            $"{Number(area.PlaceX(point.X))},{Number(area.PlaceY(height(point)))}"));
    }

    /// <summary>Mean over a twentieth of the points around each: noise from step to step hides the course.</summary>
    private static IReadOnlyList<ChartPoint> RunningMean(IReadOnlyList<ChartPoint> points) =>
    [
        .. points.Select((point, i) =>
        {
            // As far on either side, so that the ends do not lean inwards.
            int side = Math.Min(points.Count / 40, Math.Min(i, points.Count - 1 - i));
            return new ChartPoint(point.X, new SeedMean(points.Skip(i - side).Take((2 * side) + 1).Average(near => near.Y.Mean), 0, 1));
        }),
    ];

    private static IReadOnlyList<ChartPoint> Thinned(IReadOnlyList<ChartPoint> points)
    {
        int every = (points.Count + Drawn - 1) / Drawn;
        return every <= 1 ? points : [.. points.Where((_, i) => i % every == 0 || i == points.Count - 1)];
    }

    /// <summary>Names at the ends of the lines, pushed apart where lines end close together.</summary>
    private IEnumerable<Html> Names(PlotArea area)
    {
        const double Apart = 14;
        ChartSeries[] lines = [.. Series.Where(line => line.Points.Count > 0).OrderBy(line => End(line))];
        double[] y = [.. lines.Select(End)];
        for (int i = 1; i < y.Length; i++) y[i] = Math.Max(y[i], y[i - 1] + Apart);
        for (int i = y.Length - 1; i >= 0; i--) y[i] = Math.Min(y[i], area.Floor + 4 - (Apart * (y.Length - 1 - i)));
        return lines.Select((line, i) => (Html)
            $"<g class='{line.Colour}'>{Text("name", area.PlaceX(line.Points[^1].X) + 8, y[i], line.Name)}</g>");

        double End(ChartSeries line) => area.PlaceY(line.Points[^1].Y.Mean) + 4;
    }

    private string Place(double x) => Places.Count == 0 ? Wording.Count(x) : Places[(int)x];

    private string Shown(SeedMean value) => Wording.Plain(value, Decimals);
}
