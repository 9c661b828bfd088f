using System.Xml.Linq;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>Lines over a whole-number axis as inline SVG, with labels at the ends of the lines and a table of the data beneath.</summary>
internal sealed record LineChart(string Title, string Note, string XLabel, string YLabel, IReadOnlyList<ChartSeries> Series)
{
    private const double Left = 46, Top = 30, Bottom = 38;

    /// <summary>More points than this are drawn without dots, and the table gives every so many rows.</summary>
    private const int Crowd = 60;

    /// <summary>Width of the drawing; the page scales it.</summary>
    public double Width { get; init; } = 460;

    /// <summary>Height of the drawing.</summary>
    public double Height { get; init; } = 262;

    /// <summary>Epochs to mark with an upright line.</summary>
    public IReadOnlyList<(double X, string Text)> Marks { get; init; } = [];

    /// <summary>Values that the y axis must hold besides the chart's own, so that charts side by side share it.</summary>
    public IReadOnlyList<double> AlsoHold { get; init; } = [];

    /// <summary>Digits after the point in tooltips and in the table.</summary>
    public int Decimals { get; init; } = 2;

    public double Right => 14 + (6.6 * Series.Select(series => series.Name.Length).DefaultIfEmpty(0).Max());

    public AxisScale X => AxisScale.Around(Series.SelectMany(series => series.Points).Select(point => point.X), 5, whole: true);

    public AxisScale Y => AxisScale.Around(
        [.. Series.SelectMany(series => series.Points).SelectMany(p => (double[])[p.Y.Mean - p.Y.Deviation, p.Y.Mean + p.Y.Deviation]), .. AlsoHold], 4);

    public double PlaceX(double value) => Left + (X.Place(value) * (Width - Left - Right));

    public double PlaceY(double value) => Height - Bottom - (Y.Place(value) * (Height - Top - Bottom));

    /// <summary>The figure: title, drawing, note and table.</summary>
    public XElement Render() => El(
        "figure",
        El("figcaption", El("strong", Title), Note.Length == 0 ? null : El("span", Class("note"), Note)),
        Drawing(),
        El("details", El("summary", "Data"), DataTable()));

    private XElement Drawing()
    {
        AxisScale x = X, y = Y;
        double right = Width - Right, floor = Height - Bottom;
        return El(
            "svg",
            At("viewBox", $"0 0 {Number(Width)} {Number(Height)}"),
            At("role", "img"),
            At("aria-label", $"{Title}. {Describe()}"),
            El("desc", Describe()),
            y.Ticks.Select(tick => El("line", Class("grid"), At("x1", Left), At("x2", right), At("y1", PlaceY(tick)), At("y2", PlaceY(tick)))),
            y.Ticks.Select(tick => El("text", Class("tick end"), At("x", Left - 7), At("y", PlaceY(tick) + 4), y.Label(tick))),
            El("line", Class("axis"), At("x1", Left), At("x2", right), At("y1", floor), At("y2", floor)),
            x.Ticks.Select(tick => El("line", Class("axis"), At("x1", PlaceX(tick)), At("x2", PlaceX(tick)), At("y1", floor), At("y2", floor + 4))),
            x.Ticks.Select(tick => El("text", Class("tick middle"), At("x", PlaceX(tick)), At("y", floor + 17), x.Label(tick))),
            El("text", Class("label"), At("x", 2), At("y", 13), YLabel),
            El("text", Class("label end"), At("x", right), At("y", Height - 5), XLabel),
            Marks.SelectMany(Mark),
            Series.Select(Line),
            Labels());
    }

    private IEnumerable<XElement> Mark((double X, string Text) mark)
    {
        double x = PlaceX(mark.X);
        // The text stands on the side where there is room.
        bool before = x > Left + ((Width - Left - Right) / 2);
        yield return El("line", Class("mark"), At("x1", x), At("x2", x), At("y1", Top - 8), At("y2", Height - Bottom));
        yield return El("text", Class(before ? "marked end" : "marked"), At("x", before ? x - 5 : x + 5), At("y", Top - 2), mark.Text);
    }

    private XElement Line(ChartSeries series)
    {
        bool spread = series.Points.Any(point => point.Y.Deviation > 0);
        bool crowded = series.Points.Count > Crowd;
        return El(
            "g",
            Class(series.Dashed ? $"{series.Colour} dashed" : series.Colour),
            spread ? El("polygon", Class("band"), At("points", Band(series))) : null,
            series.Points.Count > 1
                ? El("polyline", Class("line"), At("points", string.Join(' ', series.Points.Select(p => Coordinates(p.X, p.Y.Mean)))))
                : null,
            crowded ? null : series.Points.Select(point => El(
                "circle",
                Class("dot"),
                At("cx", PlaceX(point.X)),
                At("cy", PlaceY(point.Y.Mean)),
                At("r", series.Points.Count > 25 ? 1.6 : 2.6),
                El("title", $"{series.Name}, {XLabel} {Wording.Count(point.X)}: {Wording.Plain(point.Y, Decimals)}"))));
    }

    private string Band(ChartSeries series) => string.Join(' ', series.Points.Select(p => Coordinates(p.X, p.Y.Mean + p.Y.Deviation))
        .Concat(series.Points.Reverse().Select(p => Coordinates(p.X, p.Y.Mean - p.Y.Deviation))));

    private string Coordinates(double x, double y) => $"{Number(PlaceX(x))},{Number(PlaceY(y))}";

    /// <summary>Labels at the ends of the lines, pushed apart where lines end close together.</summary>
    private IEnumerable<XElement> Labels()
    {
        const double Apart = 14;
        (ChartSeries Series, double Y)[] ends =
            [.. Series.Where(series => series.Points.Count > 0).Select(series => (series, PlaceY(series.Points[^1].Y.Mean) + 4)).OrderBy(end => end.Item2)];
        for (int i = 1; i < ends.Length; i++) ends[i].Y = Math.Max(ends[i].Y, ends[i - 1].Y + Apart);
        for (int i = ends.Length - 1; i >= 0; i--) ends[i].Y = Math.Min(ends[i].Y, Height - Bottom + 4 - (Apart * (ends.Length - 1 - i)));
        return ends.Select(end => El(
            "g", Class(end.Series.Colour), El("text", Class("name"), At("x", PlaceX(end.Series.Points[^1].X) + 8), At("y", end.Y), end.Series.Name)));
    }

    private string Describe() => $"{YLabel} over {XLabel}. " + string.Join(" ", Series.Where(s => s.Points.Count > 0).Select(s =>
        $"{s.Name}: from {Wording.Plain(s.Points[0].Y, Decimals)} at {Wording.Count(s.Points[0].X)} to {Wording.Plain(s.Points[^1].Y, Decimals)} at {Wording.Count(s.Points[^1].X)}."));

    private XElement DataTable()
    {
        double[] all = [.. Series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order()];
        int every = (all.Length + Crowd - 1) / Math.Max(1, Crowd);
        double[] shown = [.. all.Where((_, i) => every <= 1 || i % every == 0 || i == all.Length - 1)];
        return Table(
            every <= 1 ? $"{Title}: {YLabel}" : $"{Title}: {YLabel}, one row in {every}; metrics.jsonl holds all",
            [XLabel, .. Series.Select(series => series.Name)],
            shown.Select(x => (IEnumerable<string>)[Wording.Count(x), .. Series.Select(series => At(series, x))]));

        string At(ChartSeries series, double x)
        {
            foreach (ChartPoint point in series.Points)
                if (point.X == x) return Wording.Plain(point.Y, Decimals);
            return "–";
        }
    }
}
