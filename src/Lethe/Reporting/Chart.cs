using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>A figure: a drawing as inline SVG over a plot's axes, which says in words what it shows.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Note">What to know of it; empty for nothing.</param>
/// <param name="Width">Width of the drawing; the page scales it.</param>
/// <param name="Height">Height of the drawing.</param>
internal abstract record Chart(string Title, string Note, double Width, double Height)
{
    /// <summary>What a good one looks like, in a sentence.</summary>
    public abstract string Good { get; }

    /// <summary>Where the values lie.</summary>
    public abstract PlotArea Area { get; }

    /// <summary>The numbers in a table that opens beneath the drawing; null for none.</summary>
    protected abstract Html? Data { get; }

    /// <summary>Some figures side by side; null where there are none.</summary>
    public static Html? Row(string style, IEnumerable<Chart?> charts)
    {
        Html[] figures = [.. charts.OfType<Chart>().Select(chart => chart.Render())];
        return If(figures.Length > 0, $"<div class='{style}'>{figures}</div>");
    }

    /// <summary>The figure: title, drawing and data.</summary>
    public Html Render()
    {
        string description = Describe();
        return $"""

            <figure>
            <figcaption><strong>{Glossary.Titled(Title)}</strong>{If(Note.Length > 0, $"<span class='note'>{Note}</span>")}
            <span class='note good'>{Good}</span></figcaption>
            <svg viewBox='0 0 {Width} {Height}' role='img' aria-label='{Title}. {description}'>
            <desc>{description}</desc>
            {Shapes(Area)}
            </svg>
            {Data}
            </figure>
            """;
    }

    protected abstract string Describe();

    protected abstract IEnumerable<Html?> Shapes(PlotArea area);

    protected static Html Across(string style, double left, double right, double y) => Line(style, left, y, right, y);

    protected static Html Upright(string style, double x, double top, double floor) => Line(style, x, top, x, floor);

    protected static Html Text(string style, double x, double y, string text) => $"<text class='{style}' x='{x}' y='{y}'>{text}</text>\n";

    protected static Html Dot(double x, double y, double radius, string title) =>
        $"<circle class='dot' cx='{x}' cy='{y}' r='{radius}'><title>{title}</title></circle>\n";

    private static Html Line(string style, double x1, double y1, double x2, double y2) =>
        $"<line class='{style}' x1='{x1}' x2='{x2}' y1='{y1}' y2='{y2}'/>\n";
}
