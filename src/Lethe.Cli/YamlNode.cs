namespace Lethe.Cli;

/// <summary>A value of a <see cref="YamlFile"/>: a text, a list or names with values; one of the three is there.</summary>
/// <param name="Line">The line that its name stands in, or, within a list, that it begins in.</param>
internal sealed record YamlNode(long Line)
{
    /// <summary>A single value as it is written.</summary>
    public string? Text { get; init; }

    /// <summary>A list.</summary>
    public IReadOnlyList<YamlNode>? Items { get; init; }

    /// <summary>Names with values, each name once.</summary>
    public IReadOnlyList<(string Key, YamlNode Value)>? Fields { get; init; }

    /// <summary>A single value, or a list of these with commas between, as an option takes it; null for anything else.</summary>
    public string? Joined => Text is { Length: > 0 } ? Text
        : Items is { Count: > 0 } && Items.All(item => item.Text is { Length: > 0 }) ? string.Join(',', Items.Select(item => item.Text))
        : null;
}
