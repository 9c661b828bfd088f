using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Results.Wording;

namespace Lethe.Reporting;

/// <summary>
/// What the runs of a group showed, in one sentence. A difference is called one only where it is clear among the differences of the
/// table of undos, which stands on the same page; a rise over the untrained encoder, which is in no table, by its own test.
/// </summary>
internal static class Verdict
{
    /// <summary>One sentence of plain text.</summary>
    public static string Of(ReportGroup group)
    {
        RunManifest manifest = group.Runs[0].Manifest;
        string? undo = group.FirstUndo;
        ResultTable results = ResultTable.Of(group, undo);
        string? last = results.LastProbed;

        string subject = $"{manifest.Method} on {Count(manifest.Data.TrainCount)} {Source(manifest.Data)} images";
        string seeds = group.Runs.Count == 1 ? "" : $" ({group.Runs.Count} seeds)";
        string?[] clauses =
        [
            Learned(manifest, results, last), Memorised(group), Turned(group, last), Undone(group, results, last, undo),
        ];
        return $"{subject}{seeds}: {string.Join("; ", clauses.OfType<string>())}.";
    }

    internal static string Learned(RunManifest manifest, ResultTable results, string? last)
    {
        if (last is null) return "nothing has been evaluated yet";
        if (manifest.Data.ClassCount == 0) return "the images have no labels, so no accuracy was measured";
        foreach (string measure in (string[])[Measure.KnnAccuracy, Measure.LinearAccuracy])
        {
            string name = $"the {Probe(measure)} accuracy of {last}";
            ResultKey key = ResultKey.Probe(measure, last);
            if (results[EvaluationStage.Before] is not { } before || before.Of(key).Count == 0)
                continue;
            if (before[key] is not { } reached)
                return $"{name} has no mean, since the runs were measured with different settings";
            return results.Less(EvaluationStage.Before, EvaluationStage.Untrained, key) switch
            {
                null => $"{name} reached {Percent(reached.Value)}; the untrained encoder was not evaluated",
                { Refusal: { } why } => $"{name} reached {Percent(reached.Value)}; it cannot be held against the untrained encoder: {why}",
                { Difference.IsClear: false } change => $"{name} went {Course(change)}, {change.NotClear}",
                var change => $"{name} {(change.Change.Mean > 0 ? "rose" : "fell")} {Course(change)}",
            };
        }

        return "no accuracy has been measured yet";

        static string Course(PairedResult change) => $"from {Percent(change.From)} (untrained) to {Percent(change.To)}";
    }

    // Of runs that measured nothing along the way there is nothing to say.
    internal static string? Memorised(ReportGroup group) =>
        group.Runs.All(run => run.Measurements.Count == 0) ? null : group.Memorisation.Clause;

    // A fact of ΔR, which says nothing of memorisation.
    private static string? Turned(ReportGroup group, string? last)
    {
        ReportRun[] watched = [.. group.Runs.Where(run => run.Onsets is not null)];
        if (watched.Length == 0) return null;
        ILookup<string, int> epochs = watched.SelectMany(run => run.Onsets!).ToLookup(onset => onset.Layer, onset => onset.Epoch);
        if (epochs.Count == 0) return "ΔR turned in no layer";
        string[] turned = [.. LayerOrder.Sort(epochs.Select(layer => layer.Key)).Select(Describe)];
        string others = last is null || epochs.Contains(last) ? "" : $", not in {last}";
        return $"ΔR turned in {List(turned)}{others}";

        string Describe(string layer)
        {
            int first = epochs[layer].Min(), final = epochs[layer].Max();
            string when = first == final ? $"epoch {first}" : $"epochs {first} to {final}";
            string share = watched.Length == 1 ? "" : $", {epochs[layer].Count()} of {watched.Length} seeds";
            return $"{layer} ({when}{share})";
        }
    }

    private static string Undone(ReportGroup group, ResultTable results, string? last, string? undo)
    {
        if (undo is null) return "UMM has not been run yet";
        int undos = group.WithoutRivals().UndoNames.Count;
        string name = undos == 1 ? "UMM" : $"UMM ('{undo}', the first of {undos} undos)";
        if (last is null) return $"{name} has not been evaluated yet";

        (string Name, PairedResult? Umm, PairedResult? Control, PairedResult? Gain)[] found =
        [
            .. from measure in new[] { Measure.LinearAccuracy, Measure.KnnAccuracy }
               let key = ResultKey.Probe(measure, last)
               select (
                   Probe(measure),
                   results.Less(EvaluationStage.Umm, EvaluationStage.Before, key),
                   results.Less(EvaluationStage.Control, EvaluationStage.Before, key),
                   results.Less(EvaluationStage.Umm, EvaluationStage.Control, key)),
        ];
        string[] refused =
        [
            .. from one in found
               let why = one.Umm?.Refusal ?? one.Gain?.Refusal ?? one.Control?.Refusal
               where why is not null
               select $"the {one.Name} accuracies of {last} cannot be held against each other: {why}",
        ];
        found = [.. found.Where(one => one.Umm?.Difference is not null)];
        if (found.Length == 0)
            return refused.Length > 0 ? $"{name} was evaluated, but {List(refused)}" : $"{name} has not been evaluated yet";
        string moved = List([.. found.Select(one => $"{Points(one.Umm!.Change)} points {one.Name}")]);
        string[] plain = [.. from one in found where one.Control?.Difference is not null select Points(one.Control.Change)];
        string held = string.Join(
            ", ",
            from one in found
            let over = one.Gain?.Difference
            where over is not null
            let outcome = !over.IsClear ? one.Gain.NotClear : $"{(over.Mean > 0 ? "more" : "less")} than the control"
            group one.Name by outcome into same
            select same.Key + (same.Count() == found.Length ? "" : $" in {List([.. same])}"));
        string beside = plain.Length > 0 ? $", the control by {List(plain)}{(held.Length > 0 ? ": " : "")}{held}"
            : refused.Length > 0 ? "" : ", with no control to hold it against";
        return $"{name} changed the accuracy of {last} by {moved}{beside}{string.Concat(refused.Select(text => $"; {text}"))}";
    }
}
