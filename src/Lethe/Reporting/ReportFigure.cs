using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Lethe.Runtime;

namespace Lethe.Reporting;

/// <summary>
/// A figure of the report as a drawing that stands alone, with its colours and, where the page explains them beside it, its legend. Figures
/// are taken from the page itself, so that a picture shows what the page does.
/// </summary>
/// <param name="Name">What it is asked for by, and the name of its file.</param>
/// <param name="Title">What it is called on the page.</param>
/// <param name="Svg">The drawing, light on white.</param>
internal sealed record ReportFigure(string Name, string Title, XElement Svg)
{
    /// <summary>The word that asks for every figure.</summary>
    public const string All = "all";

    private const double LegendHeight = 24, Letter = 6.8;

    private static readonly XNamespace drawing = "http://www.w3.org/2000/svg";

    /// <summary>The figures of a page, in its order.</summary>
    /// <param name="page">The page, as <see cref="HtmlReport.Render"/> gives it.</param>
    public static IReadOnlyList<ReportFigure> Of(string page)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };
        using var reader = XmlReader.Create(new StringReader(page), settings);
        var names = new Dictionary<string, int>();
        var figures = new List<ReportFigure>();
        var shown = new HashSet<string>();
        foreach (XElement figure in XDocument.Load(reader).Descendants("figure").Where(figure => figure.Element("svg") is not null))
        {
            string title = figure.Descendants("strong").FirstOrDefault()?.Value ?? "figure";
            XElement svg = Alone(figure, title);
            if (!shown.Add(Words(svg)))
                continue; // The page has a layer's figures large where it is judged, and small among those of all layers.
            string name = Named(title);
            int count = names[name] = names.GetValueOrDefault(name) + 1;
            figures.Add(new ReportFigure(count == 1 ? name : $"{name}-{count}", title, svg));
        }

        return figures;
    }

    /// <summary>The figures of a name, or all.</summary>
    /// <exception cref="InvalidOptionException">There is none of the name; the message says which there are.</exception>
    public static IReadOnlyList<ReportFigure> Choose(IReadOnlyList<ReportFigure> figures, string name)
    {
        if (figures.Count == 0)
            throw new InvalidOptionException("The report has no figure yet. Run 'lethe diagnose' of the run to see what was measured.");
        ReportFigure[] chosen = [.. figures.Where(figure => name == All || figure.Name == name)];
        return chosen.Length > 0 ? chosen : throw new InvalidOptionException(
            $"The report has no figure '{name}'.{Suggestion.Sentence(name, [All, .. figures.Select(figure => figure.Name)])} Use {All}, or "
            + $"one of: {string.Join(", ", figures.Select(figure => figure.Name))}.");
    }

    /// <summary>The drawing as a file.</summary>
    public string ToSvg() => $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{Svg}\n";

    private static XElement Alone(XElement figure, string title)
    {
        XElement svg = Copy(figure.Element("svg")!);
        string[] numbers = ((string)svg.Attribute("viewBox")!).Split(' ');
        double[] box = [.. numbers.Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        (double width, double height) = (box[2], box[3]);
        XElement[] legend = [.. Legend(figure, svg)];
        double top = legend.Length > 0 ? LegendHeight : 0;
        svg.Elements(drawing + "desc").First().AddBeforeSelf(
            new XElement(drawing + "title", title),
            new XElement(
                drawing + "rect", new XAttribute("x", -8), new XAttribute("y", -8 - top), new XAttribute("width", width + 16),
                new XAttribute("height", height + top + 16), new XAttribute("fill", FigureStyle.Colour("card"))));
        svg.Add(legend);
        svg.SetAttributeValue("viewBox", Invariant($"-8 {-8 - top} {width + 16} {height + top + 16}"));
        svg.SetAttributeValue("width", width + 16);
        svg.SetAttributeValue("height", height + top + 16);
        svg.SetAttributeValue("font-family", string.Join(", ", FigureStyle.Families));
        FigureStyle.Apply(svg);
        return svg;
    }

    // Lines have their names at their ends; dots have their colours explained above the figures, by the last legend before this one.
    private static IEnumerable<XElement> Legend(XElement figure, XElement svg)
    {
        HashSet<string> used = [.. svg.Descendants().SelectMany(one => ((string?)one.Attribute("class") ?? "").Split(' '))];
        XElement? list = figure.ElementsBeforeSelf().Concat(figure.Ancestors().SelectMany(around => around.ElementsBeforeSelf()))
            .LastOrDefault(one => (string?)one.Attribute("class") == "legend");
        IEnumerable<XElement> entries = list is null || used.Contains("name") ? [] : list.Elements("li");
        double x = 8;
        foreach (XElement entry in entries.Where(one => used.Contains((string?)one.Attribute("class") ?? "")))
        {
            string text = entry.Element("b")?.Value ?? entry.Value.Trim();
            yield return new XElement(
                drawing + "g", new XAttribute("class", (string)entry.Attribute("class")!),
                new XElement(
                    drawing + "circle", new XAttribute("class", "dot"), new XAttribute("cx", x), new XAttribute("cy", -12),
                    new XAttribute("r", 4)),
                new XElement(drawing + "text", new XAttribute("class", "row"), new XAttribute("x", x + 9), new XAttribute("y", -8), text));
            x += 30 + (Letter * text.Length);
        }
    }

    private static XElement Copy(XElement element) => new(
        drawing + element.Name.LocalName, element.Attributes(),
        element.Nodes().Select(node => node is XElement child ? (XNode)Copy(child) : node));

    // What a figure shows: its title, its description and the values of its points.
    private static string Words(XElement svg) =>
        string.Join('\n', svg.Descendants().Where(one => one.Name.LocalName is "title" or "desc").Select(one => one.Value));

    // As a file is named: Greek letters by their names, and nothing but letters, digits and hyphens.
    private static string Named(string title) => string.Join(
        '-', title.Replace("Δ", "d", StringComparison.Ordinal).Replace("ε", "epsilon", StringComparison.Ordinal)
            .Replace("α", "alpha", StringComparison.Ordinal).Replace("’", "", StringComparison.Ordinal).ToLowerInvariant()
            .Split([.. title.ToLowerInvariant().Where(c => !char.IsAsciiLetterOrDigit(c)), ' '], StringSplitOptions.RemoveEmptyEntries));
}
