namespace Lethe.Results;

/// <summary>Where the label-free monitor saw ΔR of a layer turn.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Epoch">The epoch at which it turned.</param>
internal sealed record Onset(string Layer, int Epoch);
