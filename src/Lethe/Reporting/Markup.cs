using System.Globalization;
using System.Xml;
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

    /// <summary>
    /// The text of a page. A character that neither HTML nor XML can hold, as a file's name may, becomes a replacement character.
    /// </summary>
    public static string Page(XElement page)
    {
        foreach (XText text in page.DescendantNodes().OfType<XText>()) text.Value = Writable(text.Value);
        foreach (XAttribute attribute in page.DescendantsAndSelf().Attributes()) attribute.Value = Writable(attribute.Value);
        return "<!DOCTYPE html>\n" + page + "\n";
    }

    public static XAttribute Class(string value) => new("class", value);

    public static XAttribute At(string name, string value) => new(name, value);

    /// <summary>A coordinate: a hundredth of a pixel is finer than any screen.</summary>
    public static XAttribute At(string name, double value) => new(name, Number(value));

    public static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    public static XElement P(params object?[] content) => El("p", content);

    /// <summary>A table whose first column names the rows; without a header where there are no names for the columns.</summary>
    public static XElement Table(string caption, IReadOnlyList<string> header, IEnumerable<IEnumerable<string>> rows) => El(
        "div",
        Class("scroll"),
        El(
            "table",
            El("caption", caption),
            header.Count == 0 ? null : El("thead", El("tr", header.Select(cell => El("th", At("scope", "col"), cell)))),
            El(
                "tbody",
                rows.Select(row => El("tr", row.Select((cell, i) => i == 0 ? El("th", At("scope", "row"), cell) : El("td", cell)))))));

    /// <summary>A sentence in place of what there is not, with the command that makes it.</summary>
    public static XElement Missing(string text, string command) => P(Class("missing"), text, " Run ", El("code", command), ".");

    private static string Writable(string text)
    {
        try
        {
            return XmlConvert.VerifyXmlChars(text);
        }
        catch (XmlException)
        {
            return string.Concat(
                text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));
        }
    }
}
