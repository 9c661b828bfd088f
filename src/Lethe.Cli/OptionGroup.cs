using Lethe.Evaluation.Protocols;
using Lethe.Methods;

namespace Lethe.Cli;

/// <summary>Options that belong together: those of one record, or those that a verb has of its own.</summary>
/// <param name="Name">As <c>--help NAME</c> takes it.</param>
/// <param name="Title">What they decide.</param>
internal sealed record OptionGroup(string Name, string Title)
{
    private static readonly string[] endings = ["ProtocolOptions", "Options", "Option"];

    /// <summary>Those that a verb has of its own.</summary>
    public static OptionGroup Own { get; } = new("verb", "Options of this verb only");

    /// <summary>The group of a record of options: named after it, or after the method or protocol that it belongs to.</summary>
    /// <param name="record">The record.</param>
    public static OptionGroup Of(Type record)
    {
        if (MethodRegistry.All.FirstOrDefault(entry => entry.DefaultOptions.GetType() == record) is { } method)
            return new(method.Name, $"Method {method.Title}: {method.Summary}");
        if (ProtocolRegistry.All.FirstOrDefault(entry => entry.DefaultOptions.GetType() == record) is { } protocol)
            return new(protocol.Name, $"Protocol {protocol.Name}: {protocol.Summary}");
        string ending = endings.FirstOrDefault(one => record.Name.EndsWith(one, StringComparison.Ordinal), "");
        IEnumerable<string> letters = record.Name[..^ending.Length]
            .Select((c, i) => (i > 0 && char.IsUpper(c) ? "-" : "") + char.ToLowerInvariant(c));
        return new(string.Concat(letters), OptionDocs.FirstSentence(OptionDocs.Of(record)).TrimEnd('.'));
    }
}
