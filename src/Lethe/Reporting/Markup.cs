using System.Globalization;
using System.Xml.Linq;

namespace Lethe.Reporting;

/// <summary>Elements of a page. Text is escaped by construction, and what comes out is HTML and well-formed XML at once.</summary>
internal static class Markup
{
    private static readonly HashSet<string> withoutContent = new(["meta", "img", "br"], StringComparer.Ordinal);
    private static readonly HashSet<string> shapes = new(["line", "circle", "rect", "path", "polyline", "polygon"], StringComparer.Ordinal);

    public static XElement El(string name, params object?[] content)
    {
        var element = new XElement(name, content);
        // <div/> opens a div in HTML: an element that may hold something is written with its end.
        if (element.IsEmpty && !withoutContent.Contains(name) && !shapes.Contains(name)) element.Value = "";
        return element;
    }

    public static XAttribute Class(string value) => new("class", value);

    public static XAttribute At(string name, string value) => new(name, value);

    /// <summary>A coordinate: a hundredth of a pixel is finer than any screen.</summary>
    public static XAttribute At(string name, double value) => new(name, Number(value));

    public static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    public static XElement P(params object?[] content) => El("p", content);

    /// <summary>A table whose first column names the rows.</summary>
    public static XElement Table(string caption, IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows) => El(
        "div",
        Class("scroll"),
        El(
            "table",
            El("caption", caption),
            El("thead", El("tr", header.Select(cell => El("th", At("scope", "col"), cell)))),
            El("tbody", rows.Select(row => El("tr", row.Select((cell, i) => i == 0 ? El("th", At("scope", "row"), cell) : El("td", cell)))))));
}
