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
            return $"A {network}, not trained here, was measured on {images}{seeds}.";
        string time = manifest.Timings is { } timings && seeds.Length == 0 ? $" in {Wording.Duration(timings.Seconds)}" : "";
        string what = manifest.HeadsAlone
            ? $"Heads of {manifest.Method} were trained on a {network}, which stayed as it was, with"
            : $"{manifest.Method} trained a {network} on";
        return $"{what} {images}: {Wording.Counted(epochs, "epoch")}{time}{seeds}.";
    }

    /// <summary>The rest of the story, a paragraph a piece.</summary>
    public static IEnumerable<Html> Of(ReportGroup group)
    {
        ResultTable results = ResultTable.Of(group, group.FirstUndo);
        string? last = results.LastProbed;
        yield return Told("Is it any good?", Learned(group, results, last));
        if (LayerChoice.Sentences(LayerChoice.Of(results)) is { Length: > 0 } layers)
            yield return Told("Which layer?", layers);
        if (Verdict.Memorised(group) is { } memorised)
            yield return Told("Did it memorise?", Wording.Joined(" ", Sentence(memorised), group.Membership?.Reason));
        StateChoice choice = StateChoice.Of(results);
        yield return Told("Did undoing help?", Undone(group, choice));
        yield return $"<p class='next'>Next: <code>{Next(group.Runs[0], results, group.FirstUndo, choice)}</code></p>";
    }

    private static Html Told(string question, string answer) => $"<p><b>{question}</b> {Glossary.Marked(answer)}</p>";

    // Against the same network untrained, and where there are labels against guessing.
    private static string Learned(ReportGroup group, ResultTable results, string? last)
    {
        RunManifest manifest = group.Runs[0].Manifest;
        string learned = Sentence(Verdict.Learned(manifest, results, last));
        int classes = manifest.Data.ClassCount;
        return last is null || classes < 2 || results.Keys.All(key => !key.IsAccuracy)
            ? learned
            : Wording.Joined(
                " ", learned, $"Guessing one of {classes} classes is right in {Wording.Percent(1.0 / classes)}.",
                group.Runs.Count == 1 ? AgainstPixels(group.Runs[0], last) : null);
    }

    // The simplest rival, which needs no encoder: images that are near pixel by pixel.
    private static string? AgainstPixels(ReportRun run, string last)
    {
        if (run.Map is not { PixelAgreement: { } pixels } map
            || map.States.FirstOrDefault(state => state.Stage == EvaluationStage.Before) is not { } before
            || run.Evaluations.Any(record => record is { Stage: EvaluationStage.Before, Epoch: null, Weights: not null }
                && record.Weights != before.Weights)
            || before.Layers.FirstOrDefault(layer => layer.Layer == last) is not { } layer
            || map.Agreement(layer) is not { } reached)
            return null;
        return $"Of the {layer.Near} images nearest to one on the map, {Wording.Percent(reached)} have its class in {last}, and "
            + $"{Wording.Percent(pixels)} by their pixels alone.";
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
