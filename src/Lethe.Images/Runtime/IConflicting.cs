namespace Lethe.Runtime;

/// <summary>Options with rules that no attribute of one property can say, as on combinations of values.</summary>
internal interface IConflicting
{
    /// <summary>
    /// Checks the values against each other. Single values may be wrong as well, and are reported anyway.
    /// An <see cref="InvalidOptionException"/> counts as the last conflict.
    /// </summary>
    /// <returns>A sentence for each conflict: what was expected, what was found, what to do.</returns>
    IEnumerable<string> Conflicts();
}
