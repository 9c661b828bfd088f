using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Cli.Sweeps;

/// <summary>Makes options of the values of a sweep's file.</summary>
/// <param name="file">The file, for messages.</param>
/// <param name="yaml">The same, read.</param>
/// <param name="reserved">Options that the sweep gives itself.</param>
internal sealed class SweepReader(string file, YamlFile yaml, IReadOnlyList<string> reserved)
{
    private const int MostSeeds = 1000;

    /// <summary>An option as a command line has it.</summary>
    public static string Flag((string Key, string Value) option) => $"--{option.Key}={option.Value}";

    /// <summary>Names with a value each, or a list that stands for one value with commas.</summary>
    /// <param name="node">The map.</param>
    /// <param name="refused">Names that must not be there.</param>
    public (string Key, string Value)[] Options(YamlNode node, IReadOnlyList<string> refused) =>
        [.. Map(node).Select(field => (Name(field.Key, refused, node), field.Value.Joined ?? throw yaml.Misshapen(field.Value.Line)))];

    /// <summary>A list of such maps, or a single one.</summary>
    public (string Key, string Value)[][] OptionLists(YamlNode node)
    {
        IReadOnlyList<YamlNode> maps = node.Fields is not null ? [node]
            : node.Items is { Count: > 0 } items ? items : throw yaml.Misshapen(node.Line);
        return [.. maps.Select(map => Options(map, reserved))];
    }

    /// <summary>Names with a list of values each.</summary>
    public (string Key, string[] Values)[] Axes(YamlNode node) =>
    [
        .. Map(node).Select(field => (Name(field.Key, reserved, field.Value), field.Value switch
        {
            { Text: { Length: > 0 } one } => new[] { one },
            { Items: { Count: > 0 } items } => [.. items.Select(item => item.Joined ?? throw yaml.Misshapen(item.Line))],
            _ => throw yaml.Misshapen(field.Value.Line),
        })),
    ];

    /// <summary>A list of seeds, or how many of them, from 0.</summary>
    public string[] Seeds(YamlNode node)
    {
        if (node.Items is { Count: > 0 } items)
            return [.. items.Select(item => item.Text is { Length: > 0 } seed ? seed : throw yaml.Misshapen(item.Line))];
        return int.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= MostSeeds
            ? [.. Enumerable.Range(0, count).Select(seed => seed.ToString(CultureInfo.InvariantCulture))]
            : throw new InvalidOptionException(
                $"{file}, line {node.Line}: seeds is how many there are, from 1 to {MostSeeds}, or a list of them, as [0, 1, 2]; found "
                + $"'{node.Text}'.");
    }

    private IReadOnlyList<(string Key, YamlNode Value)> Map(YamlNode node) =>
        node.Fields ?? (node.Text is "" ? [] : throw yaml.Misshapen(node.Line));

    private string Name(string key, IReadOnlyList<string> refused, YamlNode node)
    {
        string name = key.TrimStart('-');
        if (refused.Contains(name))
            throw new InvalidOptionException($"{file}, line {node.Line}: '{name}' cannot be set for a cell: the sweep sets it.");
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? name
            : throw new InvalidOptionException($"{file}, line {node.Line}: '{key}' is not an option.");
    }
}
