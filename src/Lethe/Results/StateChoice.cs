using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// Which state of an encoder to take after an undo, by the accuracy of its last layer: the first of before, control and UMM that no later
/// one clearly beats, as <see cref="Pairing"/> and <see cref="Diagnostics.PairedDifference"/> have it. Where none is clear, the
/// state with fewer steps behind it is taken, and the sentence says what gain could have been seen.
/// </summary>
/// <param name="Stage">The state; null where nothing was measured that says which.</param>
/// <param name="Sentence">The numbers, the state and the reason, for people.</param>
internal sealed record StateChoice(EvaluationStage? Stage, string Sentence)
{
    private static readonly EvaluationStage[] later = [EvaluationStage.Control, EvaluationStage.Umm];

    /// <summary>Chooses among the states in a table of one undo; k nearest neighbours go before the linear probe.</summary>
    public static StateChoice Of(ResultTable results)
    {
        string? layer = results.LastProbed;
        foreach (string measure in (string[])[Measure.KnnAccuracy, Measure.LinearAccuracy])
        {
            if (layer is not null && results[EvaluationStage.Before]?[ResultKey.Probe(measure, layer)] is not null)
                return Of(results, ResultKey.Probe(measure, layer));
        }

        return new StateChoice(
            null,
            "No accuracy was measured, since the images have no labels: nothing here says whether before, control or UMM is the better "
            + "encoder. Label some images, or try them on your task.");
    }

    private static StateChoice Of(ResultTable results, ResultKey key)
    {
        EvaluationStage[] stages = [EvaluationStage.Before, .. later.Where(stage => results[stage]?[key] is not null)];
        string numbers = $"{Wording.Probe(key.Measure)} on {key.Layer}: " + string.Join(
            ", ", stages.Select(stage => $"{Name(results, stage)} {Wording.Percent(results[stage]![key]!.Value)}")) + ".";
        PairedResult? refused = stages.Skip(1).Select(stage => results.Less(stage, EvaluationStage.Before, key))
            .FirstOrDefault(result => result?.Refusal is not null);
        if (refused is not null)
            return new StateChoice(null, $"{numbers} They cannot be held against each other: {refused.Refusal}.");

        EvaluationStage taken = EvaluationStage.Before;
        foreach (EvaluationStage stage in stages.Skip(1).Where(stage => Course(results, key, stage, taken) > 0))
            taken = stage;
        EvaluationStage[] others = [.. stages.Where(stage => stage != taken)];
        EvaluationStage[] beaten = [.. others.Where(other => Course(results, key, taken, other) > 0)], close = [.. others.Except(beaten)];
        string[] reasons =
        [
            .. beaten.Length == 0 ? Array.Empty<string>() : [$"clearly better than {Names(results, beaten)}"],
            .. close.Length == 0 ? Array.Empty<string>()
                : [$"{Names(results, close)} {(close.Length > 1 ? "are" : "is")} no clear gain over it"],
        ];
        string unseen = Unseen(key, close.Select(other => Between(results, key, taken, other)));
        string why = others.Length == 0 ? "nothing else was measured" : string.Join(", and ", reasons);
        return new StateChoice(taken, $"{numbers} Take {Name(results, taken)}: {why}.{unseen}");
    }

    // A rival of UMM is called what it is.
    private static string Name(ResultTable results, EvaluationStage stage) =>
        stage == EvaluationStage.Umm && results[stage] is { } undo ? undo.Label : Wording.Stage(stage);

    // 1 and −1 for a difference that is clear, 0 for one that is not.
    private static int Course(ResultTable results, ResultKey key, EvaluationStage stage, EvaluationStage from) =>
        Between(results, key, stage, from)?.Difference is { IsClear: true } difference
            ? Math.Sign(difference.Mean) * Math.Sign(stage.CompareTo(from)) : 0;

    // The later state less the earlier one, as the table of undos has it.
    private static PairedResult? Between(ResultTable results, ResultKey key, EvaluationStage one, EvaluationStage other) =>
        results.Less(one > other ? one : other, one > other ? other : one, key);

    private static string Unseen(ResultKey key, IEnumerable<PairedResult?> close)
    {
        PairedDifference? least = close.Select(one => one?.Difference).MaxBy(one => one?.VisibleFrom);
        return least is { Error: { } error, VisibleFrom: { } visible }
            ? $" Could have seen a gain of {Wording.Size(key, visible)} over {Wording.Over(error)}."
            : "";
    }

    private static string Names(ResultTable results, IEnumerable<EvaluationStage> stages) =>
        Wording.List([.. stages.Select(stage => Name(results, stage))]);
}
