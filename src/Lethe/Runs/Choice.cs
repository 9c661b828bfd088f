namespace Lethe.Runs;

/// <summary>What was chosen where an option was left open.</summary>
/// <param name="Option">The flag, as <c>--batch-size</c>.</param>
/// <param name="Value">What was chosen, as it would be given.</param>
/// <param name="Reason">Why, in words.</param>
internal sealed record Choice(string Option, string Value, string Reason);
