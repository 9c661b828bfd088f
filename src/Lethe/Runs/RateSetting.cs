namespace Lethe.Runs;

/// <summary>
/// What the coding rates of a layer were computed with. ΔR compares only where all three are equal, so every figure states them.
/// </summary>
/// <param name="Layer">The layer.</param>
/// <param name="Rows">m: rows, all views counted.</param>
/// <param name="Dimension">d: features in a row.</param>
/// <param name="EpsilonSquared">ε²: the distortion allowed.</param>
internal sealed record RateSetting(string Layer, int Rows, int Dimension, double EpsilonSquared);
