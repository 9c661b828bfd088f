using System.Globalization;
using System.Reflection;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>One flag, and the properties of option records that it sets.</summary>
/// <param name="Flag">Its name, with two dashes.</param>
/// <param name="Properties">The properties, all of one type.</param>
/// <param name="Default">What it is when not given, for the help.</param>
internal sealed record OptionField(string Flag, IReadOnlyList<PropertyInfo> Properties, string Default)
{
    public Type Type { get; } = Nullable.GetUnderlyingType(Properties[0].PropertyType) ?? Properties[0].PropertyType;

    public bool IsSwitch => Type == typeof(bool);

    /// <summary>Whether a property is of a type that a flag can hold.</summary>
    public static bool Fits(PropertyInfo property) =>
        property.CanWrite && property.GetMethod is { IsStatic: false }
            && (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is var type
        && (type == typeof(string) || type == typeof(int) || type == typeof(double) || type == typeof(ulong) || type == typeof(bool));

    /// <summary>Reads a value.</summary>
    /// <exception cref="InvalidOptionException">The text is no value of the flag's type.</exception>
    public object Parse(string text)
    {
        if (Type == typeof(string))
            return text;
        if (Type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole))
            return whole;
        if (Type == typeof(ulong) && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            return seed;
        if (
            Type == typeof(double) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && double.IsFinite(number))
            return number;
        if (Type == typeof(bool) && bool.TryParse(text, out bool truth))
            return truth;
        string expected = Type == typeof(int) ? "a whole number"
            : Type == typeof(ulong) ? "a whole number that is not negative"
            : Type == typeof(double) ? "a finite number, with a point for decimals"
            : "true or false";
        throw new InvalidOptionException($"{Flag} expects {expected}, found '{text}'.");
    }
}
