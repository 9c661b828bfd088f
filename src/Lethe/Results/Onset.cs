namespace Lethe.Results;

/// <summary>Where ΔR of a layer turned.</summary>
internal sealed record Onset(string Layer, int Epoch);
