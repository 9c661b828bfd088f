namespace Lethe.Runtime;

/// <summary>What the value of one option must hold; <see cref="OptionRecord.Validate"/> asks for it.</summary>
internal interface IOptionRule
{
    /// <summary>The rule in words that follow "must be", as in "at least 2 images".</summary>
    string Words { get; }

    /// <summary>Checks a value.</summary>
    /// <param name="name">The option, as messages name it.</param>
    /// <param name="value">Its value.</param>
    /// <returns>What was expected and what was found; null where the value can be used.</returns>
    string? Violation(string name, object? value);
}
