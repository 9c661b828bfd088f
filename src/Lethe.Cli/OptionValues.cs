using System.Globalization;
using System.Reflection;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>What was given by flags and by a YAML file.</summary>
/// <param name="values">Parsed values by flag.</param>
internal sealed class OptionValues(IReadOnlyDictionary<string, object> values)
{
    private readonly HashSet<string> used = [];

    /// <summary>The flags that were given.</summary>
    public IEnumerable<string> Flags => values.Keys;

    /// <summary>A copy of a record with the given values in it.</summary>
    public T Apply<T>(T defaults)
        where T : notnull
    {
        Type type = defaults.GetType();

        // A record's copy constructor, as 'with' calls it; init-only properties can be set by reflection.
        var copy = (T)type.GetMethod("<Clone>$")!.Invoke(defaults, null)!;
        foreach (PropertyInfo property in type.GetProperties().Where(OptionField.Fits))
        {
            string flag = OptionName.Flag(property);
            if (!values.TryGetValue(flag, out object? value))
                continue;
            property.SetValue(copy, value);
            used.Add(flag);
        }

        return copy;
    }

    /// <summary>The given values that differ from those of a record: a flag, what was given, and what the record has.</summary>
    public IEnumerable<(string Flag, string Asked, string Was)> Changed(object record) =>
        from property in record.GetType().GetProperties().Where(OptionField.Fits)
        let flag = OptionName.Flag(property)
        where values.ContainsKey(flag)
        let was = property.GetValue(record)
        where !Equals(values[flag], was)
        select (flag, OptionTable.Text(values[flag]), OptionTable.Text(was));

    /// <summary>Refuses what no record took, as an option of a method that was not chosen.</summary>
    /// <param name="reason">Why a flag may have no place.</param>
    /// <exception cref="InvalidOptionException">A flag was given that nothing uses.</exception>
    public void RequireAllUsed(string reason)
    {
        string[] unused = [.. values.Keys.Where(flag => !used.Contains(flag))];
        if (unused.Length > 0)
            throw new InvalidOptionException($"{string.Join(", ", unused)}: {reason}");
    }

    /// <summary>The command line that gives the same values without the YAML file.</summary>
    /// <param name="verb">The verb with its arguments.</param>
    /// <returns>A line for a shell.</returns>
    public string CommandLine(string verb) =>
        string.Join(
            ' ',
            ["lethe", verb, .. values.Select(pair => $"{pair.Key} {Quote(Convert.ToString(pair.Value, CultureInfo.InvariantCulture)!)}")]);

    /// <summary>Quotes a word for a shell where it needs it.</summary>
    public static string Quote(string word) => ShellWord.Quote(word);
}
