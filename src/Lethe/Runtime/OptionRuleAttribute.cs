namespace Lethe.Runtime;

/// <summary>What the value of one option must hold; <see cref="OptionRecord.Validate"/> asks for it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class OptionRuleAttribute : Attribute
{
    private protected OptionRuleAttribute()
    {
    }

    /// <summary>The rule in words that follow "must be", as in "at least 2 images".</summary>
    public abstract string Words { get; }

    /// <summary>Checks a value.</summary>
    /// <param name="name">The option, as messages name it.</param>
    /// <param name="value">Its value.</param>
    /// <returns>What was expected and what was found; null where the value can be used.</returns>
    public abstract string? Violation(string name, object? value);
}
