using System.Globalization;
using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>The head of the page: the story or, of several settings, their verdicts; what is amiss; and the key figures.</summary>
internal static class ReportHead
{
    private static readonly string[] accuracies = [Measure.KnnAccuracy, Measure.LinearAccuracy];

    public static Html Of(ReportModel model)
    {
        ReportGroup first = model.Groups[0];
        RunManifest manifest = first.Runs[0].Manifest;
        bool single = model.Groups.Count == 1;
        string[] about = single
            ? [manifest.Method, Wording.Source(manifest.Data), Wording.Counted(first.Runs.Count, "seed")]
            : [$"{model.Groups.Count} settings"];
        about = ["", .. about, manifest.StartedUtc.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)];
        Html verdict = single ? (Html)$"""
            <h1>{Glossary.Marked(ReportStory.Trained(first))}</h1>
            <div class='story'>{ReportStory.Of(first)}</div>
            """ : $"""
            <h1>{$"{model.Groups.Count} settings, side by side"}</h1>
            <ul class='verdicts'>{Each(model.Groups, group => $"<li><b>{group.Title}</b>{Verdict.Of(group)}</li>")}</ul>
            """;
        return $"""

            <header>
            <p class='kicker'><b>Lethe</b>{string.Join("  ·  ", about)}</p>
            {verdict}
            {If(single && manifest.Origin is not null, $"<p class='origin'>{Wording.Joined(" ", manifest.Beginning)}</p>")}
            {Each(model.Groups.SelectMany(Banners), text => $"<p class='banner'>{text}</p>")}
            {If(single, $"<div class='tiles'>{Tiles(first).Select(Tile)}</div>")}
            </header>
            """;
    }

    private static IEnumerable<string> Banners(ReportGroup group)
    {
        if (group.Runs.DistinctBy(run => run.Manifest.Seed).Count() < group.Runs.Count)
            yield return "Some runs have the same options and the same seed: the spread over seeds is shown too small. "
                + $"{string.Join(", ", group.Runs.Select(run => $"{run.Path}: seed {run.Manifest.Seed}"))}.";
        foreach (string banner in group.Runs.SelectMany(Banners)) yield return banner;
    }

    private static IEnumerable<string> Banners(ReportRun run)
    {
        IEnumerable<(RunManifest, string, string)> parts = run.Undos
            .Select(undo => (undo.Manifest, $"UMM {undo.Name} of {run.Path}", $"lethe undo {run.Path} --resume"))
            .Prepend((run.Manifest, run.Path, $"lethe pretrain --resume --out {run.Path}"));
        foreach ((RunManifest manifest, string name, string resume) in parts)
        {
            if (manifest.Status == RunStatus.Failed) yield return $"{name} failed: {manifest.Failure ?? "no reason was recorded"}";
            if (manifest.Status == RunStatus.Interrupted) yield return $"{name} was interrupted; this page shows it up to there. "
                + $"'{resume}' continues it.";
            if (manifest.Status == RunStatus.Running) yield return $"{name} had not finished when this page was made. If nothing is at "
                + $"work on it any more, '{resume}' continues it.";
        }

        foreach (string warning in run.Warnings) yield return warning;
    }

    private static Html Tile((string Name, string Figure, string Spread, string Aside) tile) => $"""

        <div class='tile'>
        <span class='name'>{Glossary.Titled(tile.Name)}</span>
        <span class='figure'>{tile.Figure}{If(tile.Spread.Length > 0, $"<small>{tile.Spread}</small>")}</span>
        <span class='aside'>{tile.Aside}</span>
        </div>
        """;

    private static IEnumerable<(string Name, string Figure, string Spread, string Aside)> Tiles(ReportGroup group)
    {
        ResultTable results = ResultTable.Of(group, group.FirstUndo);
        if (results.LastProbed is { } last)
        {
            foreach (string measure in accuracies)
            {
                ResultKey key = ResultKey.Probe(measure, last);
                if (results[EvaluationStage.Before]?[key]?.Value is not { } before)
                    continue;
                yield return (
                    ReportOutcome.Title(measure),
                    before.Count == 1 ? Wording.Percent(before.Mean) : Wording.Fixed(100 * before.Mean, 1),
                    before.Count == 1 ? "" : $"{Deviation(before)} %",
                    results[EvaluationStage.Untrained]?[key]?.Value is { } untrained
                        ? $"{last}; untrained {Wording.Percent(untrained.Mean)}"
                        : $"{last}, before UMM");
            }

            foreach (string measure in accuracies)
            {
                PairedResult? gain = results.Less(EvaluationStage.Umm, EvaluationStage.Control, ResultKey.Probe(measure, last));
                string name = $"UMM gain, {Wording.Probe(measure)}", over = $"over control, {last}";
                if (gain?.Difference is { } found)
                    yield return (
                        name, Wording.Points(found.Mean), Deviation(gain.Change),
                        $"points {over}: {(found.IsClear ? "clear" : gain.NotClear)}");
                else if (gain is not null)
                    yield return (name, GridCell.Nothing, "", $"{over}: {gain.Refusal}");
            }
        }

        ReportRun run = group.Runs[0];
        if (run.Measurements.Count > 0)
            yield return Memorisation(group.Memorisation);

        if (run.Manifest.Timings is { } timings)
        {
            yield return (
                "Training speed", $"{Wording.Count(timings.ImagesPerSecond)} /s", "",
                $"images; {Wording.Percent(timings.WaitingShare)} of the time waiting for data");
            int epochs = run.Measurements.Select(m => m.Epoch).DefaultIfEmpty(0).Max();
            yield return (
                "Time",
                Wording.Duration(timings.Seconds),
                "",
                $"{Wording.Counted(epochs, "epoch")}, {Wording.Counted(run.Manifest.Versions.Threads, "thread")}, "
                + $"{run.Manifest.Versions.Device}");
        }

        static (string, string, string, string) Memorisation(MemorisationVerdict verdict) => verdict switch
        {
            { Turn: { } turn } => (
                "Memorisation", $"epoch {turn.BestEpoch}", "",
                $"{Wording.Points(-turn.Drop.Value)} points of {verdict.Layer} on unseen images since"),
            { Kind: MemorisationKind.LossTurned } => ("Loss on unseen images", $"epoch {verdict.Epoch}", "", "lowest there, higher since"),
            { SmallestVisible: { } visible } => (
                "Memorisation", "none seen", "", $"a drop of {Wording.Fixed(100 * visible, 1)} points would have been"),
            { Kind: MemorisationKind.NoTurn } => ("Loss on unseen images", "no turn", "", "accuracies were not measured"),
            _ => ("Memorisation", "not judged", "", verdict.Clause),
        };

        static string Deviation(SeedMean value) => value.Count == 1 ? "" : $" ± {Wording.Fixed(100 * value.Deviation, 1)}";
    }
}
