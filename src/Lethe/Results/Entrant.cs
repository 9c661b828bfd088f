using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// A column of the <see cref="ResultTable"/>: runs that differ in the seed alone, in one state of the encoder. Its name is unique in the
/// table, as <c>UMM default</c>, with the letter of its group before it where there are several; its label says what it is within its
/// group, as <c>control</c>, <c>UMM</c> or <c>β = 0</c>. It has the name of an undo's folder where it is one.
/// </summary>
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

    /// <summary>What was reached; null where it was not measured, or in different ways by its runs.</summary>
    public ResultCell? this[ResultKey key] => MeasuredHow.Alike(Of(key)) ? ResultCell.Of(Of(key)) : null;
}
