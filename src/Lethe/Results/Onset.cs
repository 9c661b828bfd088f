namespace Lethe.Results;

/// <summary>Where the label-free monitor saw ΔR of a layer turn.</summary>
internal sealed record Onset(string Layer, int Epoch);
