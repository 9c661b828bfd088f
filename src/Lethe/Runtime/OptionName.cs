using System.Reflection;

namespace Lethe.Runtime;

/// <summary>How an option is called by those who set it.</summary>
public static class OptionName
{
    /// <summary>The flag of a property: <c>BatchSize</c> is <c>--batch-size</c>. Without the dashes in front it is the key in a YAML file.</summary>
    /// <param name="property">A property of an <see cref="OptionRecord"/>.</param>
    /// <returns>Words in lower case, joined by dashes.</returns>
    public static string Flag(PropertyInfo property) =>
        "--" + string.Concat(property.Name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>The name of a property in messages: its flag, or what <see cref="OptionsOfAttribute"/> makes of it.</summary>
    internal static string InMessages(Type record, PropertyInfo property) =>
        record.GetCustomAttribute<OptionsOfAttribute>() is { } options ? $"{options.Owner}: {Flag(property)[2..]}" : Flag(property);
}
