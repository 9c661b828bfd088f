using System.Reflection;
using System.Xml.Linq;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>Descriptions of options, read from the documentation of the library's two assemblies: each stands in one place only.</summary>
internal static class OptionDocs
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> summaries = new(Read);

    /// <summary>What a property of an option record is documented to be, and its limit.</summary>
    public static string Of(PropertyInfo property) =>
        summaries.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "")
        + (property.GetCustomAttribute<LimitAttribute>() is { } limit ? $" ({limit.Words})" : "");

    private static IReadOnlyDictionary<string, string> Read() =>
        new[] { typeof(LetheException), typeof(TorchRuntime) }
            .Select(type => Path.ChangeExtension(type.Assembly.Location, ".xml"))
            .Where(File.Exists)
            .SelectMany(path => XDocument.Load(path).Descendants("member"))
            .Where(member => member.Attribute("name")!.Value.StartsWith("P:Lethe.", StringComparison.Ordinal))
            .ToDictionary(
                member => member.Attribute("name")!.Value,
                member => string.Join(' ', Text(member.Element("summary")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    private static string Text(XElement? summary) => summary is null ? "" : string.Concat(summary.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement reference when reference.Attribute("cref") is { } target => target.Value[(target.Value.LastIndexOf('.') + 1)..],
        XElement element => element.Value,
        _ => "",
    }));
}
