using Lethe.Runs;

namespace Lethe.Results;

/// <summary>A column of the <see cref="ResultTable"/>: runs that differ in the seed alone, in one state of the encoder.</summary>
/// <param name="Name">As <c>before</c>, <c>control</c>, <c>UMM default</c>; with the group's letter before it where there are several.</param>
/// <param name="Label">Within its group: <c>before</c>, <c>control</c>, <c>UMM</c>, or what an undo does otherwise: <c>β = 0</c>.</param>
/// <param name="Group">Title of the group; empty where there is one.</param>
/// <param name="Stage">The state of the encoder.</param>
/// <param name="Undo">Name of the undo's folder; null where it is none.</param>
/// <param name="Seeds">What was measured, run by run.</param>
internal sealed record Entrant(
    string Name, string Label, string Group, EvaluationStage Stage, string? Undo, IReadOnlyList<SeedResults> Seeds)
{
    /// <summary>The control of this undo; null for what is none.</summary>
    public Entrant? Control { get; init; }

    /// <summary>The encoder that this undo or control started from; null for what is none.</summary>
    public Entrant? Before { get; init; }

    /// <summary>The class of the style sheet that gives its state a colour.</summary>
    public string Style => $"stage-{Stage.ToString().ToLowerInvariant()}";

    /// <summary>The records of one key, those of several runs in their order.</summary>
    public IReadOnlyList<EvaluationRecord> Of(ResultKey key) =>
        [.. Seeds.Select(seed => seed.Records.GetValueOrDefault(key)).OfType<EvaluationRecord>()];

    /// <summary>What was reached; null where it was not measured.</summary>
    public ResultCell? this[ResultKey key] => ResultCell.Of(Of(key));
}
