using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>The checks that options of methods share. Conditions are written so that NaN fails them.</summary>
internal static class OptionCheck
{
    public static void Positive(string flag, double value) => Require(value > 0 && double.IsFinite(value), flag, "must be positive", value);

    public static void NotNegative(string flag, double value) => Require(value >= 0 && double.IsFinite(value), flag, "must not be negative", value);

    public static void AtLeast(string flag, int value, int least) => Require(value >= least, flag, $"must be at least {least}", value);

    /// <summary>A weight of the past in a running mean: 0 forgets at once, 1 never changes.</summary>
    public static void Rate(string flag, double value) => Require(value is >= 0 and <= 1, flag, "must be between 0 and 1", value);

    private static void Require(bool holds, string flag, string what, IFormattable value)
    {
        if (!holds)
            throw new InvalidOptionException($"{flag} {what}, found {value.ToString(null, CultureInfo.InvariantCulture)}.");
    }
}
