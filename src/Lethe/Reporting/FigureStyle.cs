using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Lethe.Reporting;

/// <summary>
/// The report's own style sheet, in its light colours, as attributes of an SVG's elements: programs that place a picture know neither the
/// page nor variables of a style sheet.
/// </summary>
internal static partial class FigureStyle
{
    /// <summary>Fonts, of which the first is taken that a machine has.</summary>
    public static readonly IReadOnlyList<string> Families = ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans", "sans-serif"];

    private const string Hue = "--c";

    private static readonly HashSet<string> drawn =
    [
        "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "opacity", "font-size", "font-weight",
        "text-anchor",
    ];

    private static readonly Lazy<Sheet> sheet = new(() => Read(Html.Resource("report.css").ToString()));

    /// <summary>The colour of a name of the style sheet, as <c>card</c>.</summary>
    public static string Colour(string name) => sheet.Value.Variables[$"--{name}"];

    /// <summary>Gives every element the attributes that the style sheet draws it with, and takes its class away.</summary>
    /// <param name="svg">The drawing.</param>
    public static void Apply(XElement svg)
    {
        foreach (XElement element in svg.Descendants())
        {
            foreach ((string[] selector, string name, string value) in sheet.Value.Rules)
            {
                if (drawn.Contains(name) && Matches(element, selector) && Resolved(element, value) is { } plain)
                    element.SetAttributeValue(name, plain);
            }
        }

        foreach (XElement element in svg.DescendantsAndSelf())
            element.Attribute("class")?.Remove();
    }

    private static Sheet Read(string css)
    {
        css = Comment().Replace(css, "");
        var variables = new Dictionary<string, string>();
        var rules = new List<(string[], string, string)>();
        foreach (Match rule in Rule().Matches(Media().Replace(css, "")))
        {
            foreach (string selector in rule.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries))
            {
                foreach (string declaration in rule.Groups[2].Value.Split(';', StringSplitOptions.TrimEntries))
                {
                    if (declaration.Split(':', 2, StringSplitOptions.TrimEntries) is not [var name, var value])
                        continue;
                    if (selector == ":root")
                        variables.TryAdd(name, value);
                    else if (!selector.Contains(':', StringComparison.Ordinal))
                        rules.Add((selector.Split(' '), name, value));
                }
            }
        }

        return new Sheet(variables, rules);
    }

    // A variable is looked up, the hue of a line from the element outwards; what is mixed of colours has a plain one before it.
    private static string? Resolved(XElement element, string value)
    {
        if (Variable().Match(value) is not { Success: true } variable || variable.Length != value.Length)
            return value.Contains('(', StringComparison.Ordinal) ? null : value.Replace("px", "", StringComparison.Ordinal);
        string name = variable.Groups[1].Value;
        return name != Hue ? sheet.Value.Variables.GetValueOrDefault(name)
            : element.AncestorsAndSelf().SelectMany(one => sheet.Value.Rules.Where(rule => rule.Name == Hue && Matches(one, rule.Selector)))
                .Select(rule => Resolved(element, rule.Value)).FirstOrDefault();
    }

    // The last word is of the element, those before it of elements around it, in their order.
    private static bool Matches(XElement element, string[] selector)
    {
        if (!Is(element, selector[^1]))
            return false;
        int left = selector.Length - 2;
        foreach (XElement around in element.Ancestors())
        {
            if (left >= 0 && Is(around, selector[left]))
                left--;
        }

        return left < 0;
    }

    private static bool Is(XElement element, string word)
    {
        string[] parts = word.Split('.');
        string[] classes = ((string?)element.Attribute("class") ?? "").Split(' ');
        return (parts[0].Length == 0 || parts[0] == element.Name.LocalName) && parts.Skip(1).All(classes.Contains);
    }

    private sealed record Sheet(
        IReadOnlyDictionary<string, string> Variables, IReadOnlyList<(string[] Selector, string Name, string Value)> Rules);

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")]
    private static partial Regex Media();

    [GeneratedRegex(@"([^{}]+)\{([^{}]*)\}")]
    private static partial Regex Rule();

    [GeneratedRegex(@"var\((--[a-z0-9]+)\)")]
    private static partial Regex Variable();
}
