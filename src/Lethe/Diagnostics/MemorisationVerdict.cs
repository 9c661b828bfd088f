using System.Text.Json.Serialization;

namespace Lethe.Diagnostics;

/// <summary>What is said of a training: everything that speaks of memorisation says what stands here, and nothing else.</summary>
/// <param name="Kind">What was seen.</param>
/// <param name="Epoch">t*, the best epoch before the turn of an accuracy or of the loss; null where nothing turned.</param>
/// <param name="Layer">The layer whose accuracy turned; null where none did.</param>
/// <param name="Clause">The verdict as part of a sentence.</param>
/// <param name="Reason">The verdict in sentences, with its numbers.</param>
internal sealed record MemorisationVerdict(MemorisationKind Kind, int? Epoch, string? Layer, string Clause, string Reason)
{
    /// <summary>Each accuracy that was judged.</summary>
    public IReadOnlyList<AccuracyTurn> Accuracies { get; init; } = [];

    /// <summary>The accuracy that turned most surely; null where none did.</summary>
    [JsonIgnore]
    public AccuracyTurn? Turn => Accuracies.Where(accuracy => accuracy.Turned).MinBy(accuracy => accuracy.P);

    /// <summary>The smallest drop that would have been seen, as a fraction; null where no accuracy was judged.</summary>
    public double? SmallestVisible => Accuracies.Count == 0 ? null : Accuracies.Min(accuracy => accuracy.SmallestVisible);

    /// <summary>What the method's loss did.</summary>
    public required LossTurn Loss { get; init; }

    /// <summary>
    /// Whether ΔR of the last layer on unseen images shows the turn: its peak lies within a tenth of the epochs of it, and nearer than half
    /// the schedule does; null where no accuracy turned or ΔR was not measured.
    /// </summary>
    public bool? ReductionShows { get; init; }
}
