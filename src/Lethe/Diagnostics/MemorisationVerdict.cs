using System.Text.Json.Serialization;

namespace Lethe.Diagnostics;

/// <summary>What the monitor says of a run. A turn and a gap are different signs, and are stated apart.</summary>
/// <param name="Turned">Whether ΔR of a layer turned, on training or on unseen images.</param>
/// <param name="TurnEpoch">The epoch of the earliest turn, or null.</param>
/// <param name="TurnLayer">The layer that turned at that epoch, or null.</param>
/// <param name="GapOpened">Whether ΔR on training images rose against ΔR on unseen ones in a layer.</param>
/// <param name="GapEpoch">The epoch of the earliest onset, or null.</param>
/// <param name="GapLayer">The layer in which it set in at that epoch, or null.</param>
/// <param name="Reason">The verdict in words, with its numbers.</param>
internal sealed record MemorisationVerdict(
    bool Turned, int? TurnEpoch, string? TurnLayer, bool GapOpened, int? GapEpoch, string? GapLayer, string Reason)
{
    /// <summary>The signs in each layer, in the order in which the layers were first measured.</summary>
    [JsonInclude]
    internal IReadOnlyList<LayerMemorisation> Layers { get; init; } = [];
}
