using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>A source with options of its own, as <c>--data</c> names it: <c>NAME:ARGUMENT,key=value,key=value</c>.</summary>
/// <param name="Name">What stands before the colon.</param>
/// <param name="Argument">What is no option: a path or another source; may hold commas, colons and equals signs itself.</param>
internal sealed record SourceSpec(string Name, string Argument)
{
    private readonly Dictionary<string, string> values = [];

    /// <summary>
    /// Takes a specification apart. Options are taken from the end, as long as their names are known, so that a path may hold any
    /// character.
    /// </summary>
    /// <param name="text">The specification.</param>
    /// <param name="keys">Options that the source has.</param>
    /// <param name="takesArgument">Whether the source has an argument; where not, all must be options.</param>
    /// <exception cref="InvalidOptionException">An option is unknown or given twice.</exception>
    public static SourceSpec Parse(string text, IReadOnlyCollection<string> keys, bool takesArgument)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? text : text[..colon], rest = colon < 0 ? "" : text[(colon + 1)..];
        var values = new Dictionary<string, string>();
        while (rest.Length > 0)
        {
            int comma = rest.LastIndexOf(',');
            string last = rest[(comma + 1)..].Trim();
            string key = last.Split('=', 2)[0];
            if (!last.Contains('=', StringComparison.Ordinal) || !keys.Contains(key))
            {
                if (takesArgument)
                    break;
                throw new InvalidOptionException(
                    $"--data {name}: '{last}' is no option of it. There are {Example(name, keys)}, with commas between.");
            }

            if (!values.TryAdd(key, last[(key.Length + 1)..]))
                throw new InvalidOptionException($"--data {name}: '{key}' is given twice.");
            rest = comma < 0 ? "" : rest[..comma];
        }

        var spec = new SourceSpec(name, rest);
        foreach ((string key, string value) in values)
            spec.values.Add(key, value);
        return spec;
    }

    /// <summary>The text of an option, or null.</summary>
    public string? Text(string key) => values.GetValueOrDefault(key);

    public int Whole(
        string key,
        int otherwise) => Read(key, otherwise, "a whole number", (string text, out int value) => int
            .TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));

    public ulong Seed(
        string key,
        ulong otherwise) => Read(key, otherwise, "a whole number that is not negative", (string text, out ulong value) => ulong
            .TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));

    public double Number(
        string key,
        double otherwise) => Read(key, otherwise, "a number, with a point for decimals", (string text, out double value) => double
            .TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value));

    private delegate bool Parser<T>(string text, out T value);

    private static string Example(string name, IReadOnlyCollection<string> keys) =>
        $"{name}:{string.Join(',', keys.Select(key => $"{key}=…"))}";

    private T Read<T>(string key, T otherwise, string expected, Parser<T> parse)
    {
        if (!values.TryGetValue(key, out string? text))
            return otherwise;
        return parse(text, out T value) ? value : throw new InvalidOptionException(
            $"--data {Name}: {key} expects {expected}, found '{text}'.");
    }
}
