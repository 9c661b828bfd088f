using System.Xml.Linq;
using Lethe.Results;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>
/// Lines over a whole-number axis as inline SVG, with names at the ends of the lines and a table of the data beneath. Crowded lines
/// are drawn thin, with their running mean upon them.
/// </summary>
internal sealed record LineChart(string Title, string Note, string XLabel, string YLabel, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>More points than this are crowded: no dots, and one row of the table in so many.</summary>
    private const int Crowd = 60;

    /// <summary>More points than this cannot be told apart on a screen.</summary>
    private const int Drawn = 400;

    /// <summary>Width of the drawing; the page scales it.</summary>
    public double Width { get; init; } = 460;

    /// <summary>Height of the drawing.</summary>
    public double Height { get; init; } = 262;

    /// <summary>Names of the places 0, 1, 2 … of the axis, where it counts things that have names; none shows numbers.</summary>
    public IReadOnlyList<string> Places { get; init; } = [];

    /// <summary>Epochs to mark with an upright line.</summary>
    public IReadOnlyList<(double X, string Text)> Marks { get; init; } = [];

    /// <summary>Values that the y axis must hold besides the chart's own, so that charts side by side share it.</summary>
    public IReadOnlyList<double> AlsoHold { get; init; } = [];

    /// <summary>Digits after the point in tooltips and in the table.</summary>
    public int Decimals { get; init; } = 2;

    /// <summary>Where the values lie.</summary>
    public PlotArea Area
    {
        get
        {
            ChartPoint[] points = [.. Series.SelectMany(series => series.Points)];
            double names = 14 + (6.6 * Series.Select(series => series.Name.Length).DefaultIfEmpty(0).Max());
            return new PlotArea(
                46,
                Width - names,
                30,
                Height - 38,
                AxisScale.Whole(points.Select(point => point.X), Places.Count > 0 ? Places.Count : 5),
                AxisScale.Around(
                    [.. points.Select(p => p.Y.Mean - p.Y.Deviation), .. points.Select(p => p.Y.Mean + p.Y.Deviation), .. AlsoHold], 4));
        }
    }

    /// <summary>The figure: title, drawing and table.</summary>
    public XElement Render() => El(
        "figure",
        El("figcaption", El("strong", Title), Note.Length == 0 ? null : El("span", Class("note"), Note)),
        Drawing(Area),
        El("details", El("summary", "Data"), DataTable()));

    private static string Path(PlotArea area, IEnumerable<ChartPoint> points) =>
        string.Join(' ', points.Select(point => $"{Number(area.PlaceX(point.X))},{Number(area.PlaceY(point.Y.Mean))}"));

    private static string Band(PlotArea area, IReadOnlyList<ChartPoint> points) => string.Join(
        ' ',
        Path(area, points.Select(p => p with { Y = p.Y with { Mean = p.Y.Mean + p.Y.Deviation } })),
        Path(area, points.Reverse().Select(p => p with { Y = p.Y with { Mean = p.Y.Mean - p.Y.Deviation } })));

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

    private XElement Drawing(PlotArea area) => El(
        "svg",
        At("viewBox", $"0 0 {Number(Width)} {Number(Height)}"),
        At("role", "img"),
        At("aria-label", $"{Title}. {Describe()}"),
        El("desc", Describe()),
        area.Y.Ticks.Select(
            tick => El(
                "line", Class("grid"), At("x1", area.Left), At("x2", area.Right), At("y1", area.PlaceY(tick)),
                At("y2", area.PlaceY(tick)))),
        area.Y.Ticks.Select(
            tick => El("text", Class("tick end"), At("x", area.Left - 7), At("y", area.PlaceY(tick) + 4), area.Y.Label(tick))),
        El("line", Class("axis"), At("x1", area.Left), At("x2", area.Right), At("y1", area.Floor), At("y2", area.Floor)),
        area.X.Ticks.Select(
            tick => El(
                "line", Class("axis"), At("x1", area.PlaceX(tick)), At("x2", area.PlaceX(tick)), At("y1", area.Floor),
                At("y2", area.Floor + 4))),
        area.X.Ticks.Select(tick => El("text", Class("tick middle"), At("x", area.PlaceX(tick)), At("y", area.Floor + 17), Place(tick))),
        El("text", Class("label"), At("x", 2), At("y", 13), YLabel),
        El("text", Class("label end"), At("x", area.Right), At("y", Height - 5), XLabel),
        Marks.SelectMany(mark => Mark(area, mark)),
        Series.Select(series => Line(area, series)),
        Names(area));

    private static IEnumerable<XElement> Mark(PlotArea area, (double X, string Text) mark)
    {
        double x = area.PlaceX(mark.X);
        // The text stands on the side where there is room.
        bool before = x > (area.Left + area.Right) / 2;
        yield return El("line", Class("mark"), At("x1", x), At("x2", x), At("y1", area.Top - 8), At("y2", area.Floor));
        yield return El("text", Class(before ? "marked end" : "marked"), At("x", before ? x - 5 : x + 5), At("y", area.Top - 2), mark.Text);
    }

    private XElement Line(PlotArea area, ChartSeries series)
    {
        bool crowded = series.Points.Count > Crowd;
        IReadOnlyList<ChartPoint> drawn = Thinned(series.Points);
        return El(
            "g",
            Class(series.Dashed ? $"{series.Colour} dashed" : series.Colour),
            drawn.Any(point => point.Y.Deviation > 0) ? El("polygon", Class("band"), At("points", Band(area, drawn))) : null,
            crowded ? El("polyline", Class("thin"), At("points", Path(area, drawn))) : null,
            drawn.Count > 1 ? El(
                "polyline", Class("line"), At("points", Path(area, crowded ? Thinned(RunningMean(series.Points)) : drawn))) : null,
            crowded ? null : series.Points.Select(point => El(
                "circle",
                Class("dot"),
                At("cx", area.PlaceX(point.X)),
                At("cy", area.PlaceY(point.Y.Mean)),
                At("r", series.Points.Count > 25 ? 1.6 : 2.6),
                El("title", $"{series.Name}, {XLabel} {Place(point.X)}: {Wording.Plain(point.Y, Decimals)}"))));
    }

    /// <summary>Names at the ends of the lines, pushed apart where lines end close together.</summary>
    private IEnumerable<XElement> Names(PlotArea area)
    {
        const double Apart = 14;
        (ChartSeries Series, double Y)[] ends =
            [
                .. Series.Where(series => series.Points.Count > 0).Select(series => (series, area.PlaceY(series.Points[^1].Y.Mean) + 4))
                    .OrderBy(end => end.Item2),
            ];
        for (int i = 1; i < ends.Length; i++) ends[i].Y = Math.Max(ends[i].Y, ends[i - 1].Y + Apart);
        for (int i = ends.Length - 1; i >= 0; i--) ends[i].Y = Math.Min(ends[i].Y, area.Floor + 4 - (Apart * (ends.Length - 1 - i)));
        return ends.Select(end => El(
            "g", Class(end.Series.Colour), El(
                "text", Class("name"), At("x", area.PlaceX(end.Series.Points[^1].X) + 8), At("y", end.Y), end.Series.Name)));
    }

    private string Place(double x) => Places.Count == 0 ? Wording.Count(x) : Places[(int)x];

    private string Describe() => $"{YLabel} over {XLabel}. " + string.Join(" ", Series.Where(s => s.Points.Count > 0).Select(s =>
        $"{s.Name}: from {Wording.Plain(s.Points[0].Y, Decimals)} at {Place(s.Points[0].X)} to "
        + $"{Wording.Plain(s.Points[^1].Y, Decimals)} at {Place(s.Points[^1].X)}."));

    private XElement DataTable()
    {
        double[] all = [.. Series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order()];
        int every = Math.Max(1, (all.Length + Crowd - 1) / Crowd);
        IReadOnlyList<Dictionary<double, SeedMean>> columns =
            [.. Series.Select(series => series.Points.ToDictionary(point => point.X, point => point.Y))];
        return Table(
            every == 1 ? $"{Title}: {YLabel}" : $"{Title}: {YLabel}, one row in {every}; metrics.jsonl holds all",
            [XLabel, .. Series.Select(series => series.Name)],
            all.Where((_, i) => i % every == 0 || i == all.Length - 1).Select(x => (IEnumerable<string>)
            [
                Place(x), .. columns.Select(column => column.TryGetValue(x, out SeedMean value) ? Wording.Plain(value, Decimals) : "–"),
            ]));
    }
}
