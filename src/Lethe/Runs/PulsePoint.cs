namespace Lethe.Runs;

/// <summary>The loss at a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">The loss, finite.</param>
internal readonly record struct PulsePoint(long Step, double Loss);
