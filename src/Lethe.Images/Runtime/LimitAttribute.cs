using System.Globalization;

namespace Lethe.Runtime;

/// <summary>The limits of a number. NaN and infinity are beyond any; an option that was left out, as null, is within.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LimitAttribute : Attribute, IOptionRule
{
    /// <summary>The smallest value; not set where it is NaN, as the other bounds.</summary>
    public double AtLeast { get; set; } = double.NaN;

    /// <summary>What a value must exceed.</summary>
    public double Above { get; set; } = double.NaN;

    /// <summary>The largest value.</summary>
    public double AtMost { get; set; } = double.NaN;

    /// <summary>What a value must stay below.</summary>
    public double Below { get; set; } = double.NaN;

    /// <summary>What is counted or measured, in the number that fits the last bound, as "images".</summary>
    public string? Unit { get; set; }

    /// <summary>What 0 means where it is allowed outside of the bounds, as "for ten evaluations".</summary>
    public string? Zero { get; set; }

    /// <summary>The rule in words that follow "must be", as in "at least 2 images".</summary>
    public string Words
    {
        get
        {
            (string Word, double Bound)[] bounds = [("at least", AtLeast), ("above", Above), ("at most", AtMost), ("below", Below)];
            string range = !double.IsNaN(AtLeast) && !double.IsNaN(AtMost)
                ? Invariant($"between {AtLeast} and {AtMost}")
                : string.Join(" and ", bounds.Where(one => !double.IsNaN(one.Bound)).Select(one => Invariant($"{one.Word} {one.Bound}")));
            return range + (Unit is null ? "" : $" {Unit}") + (Zero is null ? "" : $", or 0 {Zero}");
        }
    }

    /// <summary>Checks a value.</summary>
    /// <param name="name">The option, as messages name it.</param>
    /// <param name="value">Its value.</param>
    /// <returns>What was expected and what was found; null where the value can be used.</returns>
    public string? Violation(string name, object? value)
    {
        if (value is null)
            return null;
        double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);

        // Comparisons with NaN, a bound that is not set, are false.
        bool within = !(number < AtLeast || number <= Above || number > AtMost || number >= Below) || (Zero is not null && number == 0);
        bool finite = double.IsFinite(number);
        return finite && within
            ? null
            : Invariant($"{name} must be {(finite ? "" : "finite and ")}{Words}{(Zero is null ? "," : ";")} found {number}.");
    }
}
