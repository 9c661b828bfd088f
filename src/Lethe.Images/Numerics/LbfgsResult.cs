namespace Lethe.Numerics;

/// <summary>Where <see cref="Lbfgs"/> ended.</summary>
/// <param name="Point">The point.</param>
/// <param name="Value">The function there.</param>
/// <param name="Iterations">Steps made.</param>
/// <param name="Evaluations">How often the function was evaluated.</param>
/// <param name="Converged">Whether gradient or progress fell below the tolerance; else the iterations ran out.</param>
internal sealed record LbfgsResult(double[] Point, double Value, int Iterations, int Evaluations, bool Converged);
