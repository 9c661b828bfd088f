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
        summaries.Value.GetValueOrDefault($"P:{NameOf(property.DeclaringType!)}.{property.Name}", "")
        + (property.GetCustomAttribute<LimitAttribute>() is { } limit ? $" ({limit.Words})" : "");

    /// <summary>What a record of options is documented to be.</summary>
    public static string Of(Type record) => summaries.Value.GetValueOrDefault($"T:{NameOf(record)}", "");

    /// <summary>The first sentence of a text; one that ends within brackets or in a name is none.</summary>
    public static string FirstSentence(string text)
    {
        for (int i = text.IndexOf(". ", StringComparison.Ordinal); i >= 0; i = text.IndexOf(". ", i + 1, StringComparison.Ordinal))
        {
            if (text.Take(i).Count(c => c == '(') == text.Take(i).Count(c => c == ')') && char.IsUpper(text[i + 2]))
                return text[..(i + 1)];
        }

        return text;
    }

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static IReadOnlyDictionary<string, string> Read() =>
        new[] { typeof(LetheException), typeof(TorchRuntime), typeof(OptionDocs) }
            .Select(type => Path.ChangeExtension(type.Assembly.Location, ".xml"))
            .Where(File.Exists)
            .SelectMany(path => XDocument.Load(path).Descendants("member"))
            .Where(member => member.Attribute("name")!.Value is var name
                && (name.StartsWith("P:Lethe.", StringComparison.Ordinal) || name.StartsWith("T:Lethe.", StringComparison.Ordinal)))
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
