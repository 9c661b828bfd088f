namespace Lethe.Runs;

/// <summary>The layers of an encoder in one of its states.</summary>
/// <param name="Stage">Which state.</param>
/// <param name="Weights">Checksum of its weights, as records of evaluations have it.</param>
/// <param name="Layers">Early to late.</param>
internal sealed record MapState(EvaluationStage Stage, string Weights, IReadOnlyList<MapLayer> Layers)
{
    /// <summary>The undo that it belongs to; null for none.</summary>
    public string? Undo { get; init; }
}
