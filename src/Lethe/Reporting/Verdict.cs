using Lethe.Runs;
using static Lethe.Reporting.Wording;

namespace Lethe.Reporting;

/// <summary>
/// What the runs of a group showed, in one sentence. A difference is called one only where its 95 % interval over seeds, by a paired
/// t-test, leaves out 0, or, with one seed, where it exceeds twice its sampling error on the test images.
/// </summary>
public static class Verdict
{
    /// <summary>Builds the sentence from the records.</summary>
    /// <param name="group">The runs.</param>
    /// <returns>One sentence of plain text.</returns>
    public static string Of(ReportGroup group)
    {
        RunManifest manifest = group.Runs[0].Manifest;
        string? undo = group.FirstUndo;
        IReadOnlyList<IReadOnlyList<EvaluationRecord>> seeds = [.. group.Runs.Select(run => run.EvaluationsWith(undo))];
        string? last = LayerOrder.Last(LayerOrder.Sort(seeds.SelectMany(seed => seed).Select(record => record.Layer)));

        string subject = $"{manifest.Method} on {Count(manifest.Data.TrainCount)} {Source(manifest.Data)} images{Seeds(group.Runs.Count)}";
        string?[] clauses = [Learned(manifest, seeds, last), Turned(group, last), Undone(group, seeds, last, undo)];
        return $"{subject}: {string.Join("; ", clauses.OfType<string>())}.";
    }

    private static string Seeds(int count) => count == 1 ? "" : $" ({count} seeds)";

    private static string Learned(RunManifest manifest, IReadOnlyList<IReadOnlyList<EvaluationRecord>> seeds, string? last)
    {
        if (last is null) return "nothing has been evaluated yet";
        if (manifest.Data.ClassCount == 0) return "the images have no labels, so no accuracy was measured";
        foreach (string protocol in (string[])[EvaluationProtocol.Knn, EvaluationProtocol.Linear])
        {
            string name = $"the {Protocol(protocol)} accuracy of {last}";
            if (AccuracyChange.Of(seeds, last, protocol, EvaluationStage.Untrained, EvaluationStage.Before) is { } change)
            {
                if (!change.IsClear) return $"{name} went from {Percent(change.From)} (untrained) to {Percent(change.To)}, {change.TooClose}";
                return $"{name} {(change.Difference.Mean > 0 ? "rose" : "fell")} from {Percent(change.From)} (untrained) to {Percent(change.To)}";
            }

            double[] reached = [.. seeds.SelectMany(seed => seed).Where(r => r.Layer == last && r.Protocol == protocol && r.Stage == EvaluationStage.Before).Select(r => r.Value)];
            if (reached.Length > 0) return $"{name} reached {Percent(Spread.Of(reached))}; the untrained encoder was not evaluated";
        }

        return "no accuracy has been measured yet";
    }

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

    private static string Undone(ReportGroup group, IReadOnlyList<IReadOnlyList<EvaluationRecord>> seeds, string? last, string? undo)
    {
        if (undo is null) return "UMM has not been run yet";
        string name = group.UndoNames.Count == 1 ? "UMM" : $"UMM ('{undo}', the first of {group.UndoNames.Count} undos)";
        if (last is null) return $"{name} has not been evaluated yet";

        AccuracyChange? Change(string protocol, EvaluationStage from, EvaluationStage to) => AccuracyChange.Of(seeds, last, protocol, from, to);
        List<string> moved = [], plain = [];
        List<(string Outcome, string Protocol)> against = [];
        foreach (string protocol in (string[])[EvaluationProtocol.Linear, EvaluationProtocol.Knn])
        {
            if (Change(protocol, EvaluationStage.Before, EvaluationStage.Umm) is not { } umm) continue;
            moved.Add($"{Points(umm.Difference)} points {Protocol(protocol)}");
            if (Change(protocol, EvaluationStage.Before, EvaluationStage.Control) is { } control) plain.Add(Points(control.Difference));
            if (Change(protocol, EvaluationStage.Control, EvaluationStage.Umm) is { } gain)
                against.Add((gain.IsClear ? gain.Difference.Mean > 0 ? "more than the control" : "less than the control" : gain.TooClose, Protocol(protocol)));
        }

        if (moved.Count == 0) return $"{name} has not been evaluated yet";
        string[] outcomes = [.. against.GroupBy(pair => pair.Outcome, pair => pair.Protocol).Select(same => $"{same.Key}{(same.Count() == moved.Count ? "" : $" in {List([.. same])}")}")];
        string held = plain.Count == 0 ? ", with no control to hold it against" : $", the control by {List(plain)}: {string.Join(", ", outcomes)}";
        return $"{name} changed the accuracy of {last} by {List(moved)}{held}";
    }
}
