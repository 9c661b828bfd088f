using System.Reflection;
using System.Xml.Linq;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>Descriptions of options, read from the documentation of the library: each stands in one place only.</summary>
internal static class OptionDocs
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> summaries = new(Read);

    /// <summary>What the first of the properties of one flag is documented to be, and the limits of all.</summary>
    public static string Of(IReadOnlyList<PropertyInfo> properties)
    {
        string[] limits = [.. properties.Select(property => property.GetCustomAttribute<LimitAttribute>()?.Words).OfType<string>().Distinct()];
        return summaries.Value.GetValueOrDefault($"P:{properties[0].DeclaringType!.FullName}.{properties[0].Name}", "")
            + (limits.Length == 0 ? "" : $" ({string.Join("; or ", limits)})");
    }

    private static IReadOnlyDictionary<string, string> Read()
    {
        string path = Path.ChangeExtension(typeof(LetheException).Assembly.Location, ".xml");
        if (!File.Exists(path))
            return new Dictionary<string, string>();
        return XDocument.Load(path).Descendants("member").ToDictionary(
            member => member.Attribute("name")!.Value,
            member => string.Join(' ', Text(member.Element("summary")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    private static string Text(XElement? summary) => summary is null ? "" : string.Concat(summary.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement reference when reference.Attribute("cref") is { } target => target.Value[(target.Value.LastIndexOf('.') + 1)..],
        XElement element => element.Value,
        _ => "",
    }));
}
