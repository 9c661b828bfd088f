using System.Text.Json.Serialization;

namespace Lethe.Diagnostics;

/// <summary>What ΔR of a run did. A turn and a gap are different things, and are stated apart; neither is memorisation.</summary>
/// <param name="Turned">Whether ΔR of a layer turned, on training or on unseen images.</param>
/// <param name="TurnEpoch">The epoch of the earliest turn, or null.</param>
/// <param name="TurnLayer">The layer that turned at that epoch, or null.</param>
/// <param name="GapOpened">Whether ΔR on training images rose against ΔR on unseen ones in a layer.</param>
/// <param name="GapEpoch">The epoch of the earliest onset, or null.</param>
/// <param name="GapLayer">The layer in which it set in at that epoch, or null.</param>
/// <param name="Reason">The same in words, with its numbers.</param>
internal sealed record ReductionVerdict(
    bool Turned, int? TurnEpoch, string? TurnLayer, bool GapOpened, int? GapEpoch, string? GapLayer, string Reason)
{
    /// <summary>What it did in each layer, in the order in which the layers were first measured.</summary>
    [JsonInclude]
    internal IReadOnlyList<LayerReduction> Layers { get; init; } = [];

    /// <summary>Whether a layer had evaluations enough to be judged.</summary>
    [JsonIgnore]
    public bool IsJudged => Layers.Any(layer => layer.Train.Shape != CurveShape.TooShort || layer.HeldOut.Shape != CurveShape.TooShort);
}
