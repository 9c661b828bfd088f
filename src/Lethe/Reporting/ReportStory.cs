using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>
/// The first screen of a page about one setting, in a few short sentences: what was trained, which layer to take, what the monitor saw,
/// what the undo did and whether to take it, and what to do next.
/// </summary>
internal static class ReportStory
{
    /// <summary>What was trained, on what, for how long.</summary>
    public static string Trained(ReportGroup group)
    {
        RunManifest manifest = group.Runs[0].Manifest;
        RunOptions options = manifest.Pretraining;
        string network = $"{options.Backbone.Backbone.Replace("resnet", "ResNet-", StringComparison.Ordinal)} of width "
            + $"{options.Backbone.FirstChannels()}";
        string images = $"{Wording.Count(manifest.Data.TrainCount)} {Wording.Source(manifest.Data)} images of "
            + $"{manifest.Data.ImageSize}\u00A0×\u00A0{manifest.Data.ImageSize} pixels";
        string seeds = group.Runs.Count == 1 ? "" : $", with {Wording.Counted(group.Runs.Count, "seed")}";
        int epochs = group.Runs[0].Measurements.Select(found => found.Epoch).DefaultIfEmpty(0).Max();
        if (epochs == 0)
            return $"A {network}, not trained here, looked at {images}{seeds}.";
        string time = manifest.Timings is { } timings && seeds.Length == 0 ? $" in {Wording.Duration(timings.Seconds)}" : "";
        return $"{manifest.Method} trained a {network} on {images}: {Wording.Counted(epochs, "epoch")}{time}{seeds}.";
    }

    /// <summary>The rest of the story, a paragraph a piece.</summary>
    public static IEnumerable<Html> Of(ReportGroup group)
    {
        ResultTable results = ResultTable.Of(group, group.FirstUndo);
        string? last = results.LastProbed;
        yield return $"<p>{Layers(group, results, last)}</p>";
        if (Verdict.Memorised(group) is { } memorised)
            yield return $"<p>{Sentence(memorised)}</p>";
        StateChoice choice = StateChoice.Of(results);
        yield return $"<p>{Undone(group, choice)}</p>";
        yield return $"<p class='next'>Next: <code>{Next(group.Runs[0], results, group.FirstUndo, choice)}</code></p>";
    }

    // Where training helped, the accuracies themselves are in the tiles.
    private static string Layers(ReportGroup group, ResultTable results, string? last)
    {
        IReadOnlyList<LayerChoice> choices = LayerChoice.Of(results);
        if (last is null || choices.Count == 0)
            return Sentence(Verdict.Learned(group.Runs[0].Manifest, results, last));
        bool learned = new[] { Measure.KnnAccuracy, Measure.LinearAccuracy }.Any(measure =>
            results.Less(EvaluationStage.Before, EvaluationStage.Untrained, ResultKey.Probe(measure, last))?.Difference
                is null or { IsClear: true, Mean: > 0 });
        return Wording.Joined(
            " ", learned ? null : Sentence(Verdict.Learned(group.Runs[0].Manifest, results, last)), LayerChoice.Sentences(choices));
    }

    private static string Undone(ReportGroup group, StateChoice choice)
    {
        const string Name = "UMM (the Undoing Memorization Mechanism";
        if (group.FirstUndo is not { } undo)
            return $"{Name}) has not been run yet.";
        int undos = group.WithoutRivals().UndoNames.Count;
        string which = undos == 1 ? "" : $"; '{undo}', the first of {undos} undos";
        return $"Then came {Name}{which}). {choice.Sentence}";
    }

    private static string Next(ReportRun run, ResultTable results, string? undo, StateChoice choice)
    {
        if (undo is null)
            return $"lethe undo {run.Path}";
        if (results[EvaluationStage.Umm] is null)
            return $"lethe evaluate {run.Path}";
        EvaluationStage stage = choice.Stage ?? EvaluationStage.Before;
        string directory = stage switch
        {
            EvaluationStage.Umm => $"{run.Path}/umm/{undo}",
            EvaluationStage.Control => $"{run.Path}/umm/{undo}/control",
            _ => run.Path,
        };
        string layer = LayerChoice.Of(results, stage).FirstOrDefault(one => one.Gain is not null)?.Layer is { } better
            ? $" --layer {better}"
            : "";
        return $"lethe export {directory} --format onnx{layer}";
    }

    private static string Sentence(string clause) => $"{char.ToUpperInvariant(clause[0])}{clause[1..]}.";
}
