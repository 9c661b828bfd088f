using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>A difference that a claim speaks of.</summary>
/// <param name="Case">Of what, in words.</param>
/// <param name="Result">The difference, as <see cref="Pairing"/> allows it; null where a side was not measured.</param>
/// <param name="Counts">The smallest effect that counts, in the unit of the numbers.</param>
/// <param name="Unit">How it is written.</param>
/// <param name="Sign">1 where it is claimed to rise, −1 where it is claimed to fall.</param>
internal sealed record Compared(string Case, PairedResult? Result, double Counts, Unit Unit, int Sign = 1);
