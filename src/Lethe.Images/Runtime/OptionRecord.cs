using System.Collections.Concurrent;
using System.Reflection;

namespace Lethe.Runtime;

/// <summary>
/// Options. Limits stand at the properties, as <see cref="LimitAttribute"/> and <see cref="OneOfAttribute"/>; a record with rules on
/// combinations is <see cref="IConflicting"/> too. Records within a record are checked with it.
/// </summary>
public abstract record OptionRecord
{
    private static readonly ConcurrentDictionary<Type, (PropertyInfo Property, string Name, IOptionRule? Rule)[]> rules = new();

    /// <summary>Checks all values.</summary>
    /// <exception cref="InvalidOptionException">Values cannot be used; the message has a line for each and names the flags.</exception>
    public void Validate() => ValidateAll([this]);

    /// <summary>Checks all values of several records together.</summary>
    /// <param name="records">The records.</param>
    /// <exception cref="InvalidOptionException">Values cannot be used; the message has a line for each and names the flags.</exception>
    public static void ValidateAll(IEnumerable<OptionRecord> records)
    {
        // Records may share an option, as protocols do those of fine-tuning.
        string[] errors = [.. records.SelectMany(Errors).Distinct()];
        if (errors.Length > 0)
            throw new InvalidOptionException(string.Join('\n', errors));
    }

    private static IEnumerable<string> Errors(OptionRecord record)
    {
        var errors = new List<string>();
        foreach ((PropertyInfo property, string name, IOptionRule? rule) in rules.GetOrAdd(record.GetType(), RulesOf))
        {
            object? value = property.GetValue(record);
            if (value is OptionRecord part)
                errors.AddRange(Errors(part));
            else if (rule?.Violation(name, value) is { } violation)
                errors.Add(violation);
        }

        try
        {
            foreach (string conflict in record is IConflicting combined ? combined.Conflicts() : [])
                errors.Add(conflict);
        }
        catch (InvalidOptionException error)
        {
            errors.Add(error.Message);
        }

        return errors;
    }

    private static (PropertyInfo Property, string Name, IOptionRule? Rule)[] RulesOf(Type type) =>
    [
        .. type.GetProperties().Select(property =>
            (
                property, OptionName.InMessages(type, property),
                property.GetCustomAttributes(inherit: true).OfType<IOptionRule>().SingleOrDefault())),
    ];
}
