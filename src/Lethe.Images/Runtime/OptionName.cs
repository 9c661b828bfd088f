using System.Reflection;

namespace Lethe.Runtime;

/// <summary>How an option is called by those who set it.</summary>
internal static class OptionName
{
    /// <summary>
    /// The flag of a property: <c>BatchSize</c> is <c>--batch-size</c>, and without the dashes in front the key in a YAML file.
    /// </summary>
    /// <param name="property">A property of an <see cref="OptionRecord"/>.</param>
    /// <returns>Words in lower case, joined by dashes.</returns>
    public static string Flag(PropertyInfo property) =>
        "--" + string.Concat(property.Name.Select((c, i) => (i > 0 && char.IsUpper(c) ? "-" : "") + char.ToLowerInvariant(c)));

    /// <summary>The name of a property in messages: its flag, or what <see cref="OptionsOfAttribute"/> makes of it.</summary>
    internal static string InMessages(Type record, PropertyInfo property) =>
        record.GetCustomAttribute<OptionsOfAttribute>() is { } options ? $"{options.Owner}: {Flag(property)[2..]}" : Flag(property);
}
