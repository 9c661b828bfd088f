using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Watching;

/// <summary>One run, as it goes: where it stands, what is amiss, the report's curves, views, the end of its log.</summary>
internal static class RunPage
{
    /// <summary>The parts of the page.</summary>
    /// <param name="run">The run.</param>
    /// <param name="views">Why its views cannot be shown; null where they can, or where nobody has asked yet.</param>
    /// <param name="now">The moment.</param>
    public static IReadOnlyList<PagePart> Parts(WatchedRun run, string? views, DateTimeOffset now)
    {
        if (run.Run is not { } read)
            return [new("state", $"<h1>{run.Id}</h1><p class='banner'>{RunWords.Sentence(run, now)}</p>")];
        var group = new ReportGroup("", [read]);
        var model = new ReportModel([group]);
        return
        [
            new("state", State(run, read, now)),
            new("amiss", Each(Amiss(run, read), text => $"<p class='banner'>{text}</p>")),
            new("loss", Loss(run, now)),
            new("curves", $"<section><h2>Layers, over the epochs</h2>{ReportCurves.Epochs(model, group)}</section>"),
            new("undos", If(read.Undos.Count > 0, $"<section><h2>The course of UMM</h2>{ReportCurves.Courses(group)}</section>")),
            new("views", Views(run, read, views)),
            new("log", Log(run)),
            new("repeat", $"""
                <section><details><summary>Options, data and machine</summary>
                {ReportRepeat.Of(group)}</details></section>
                """),
        ];
    }

    private static Html State(WatchedRun run, ReportRun read, DateTimeOffset now)
    {
        WatchedPart? part = run.Now(now);
        RunLife life = run.Life(now);
        RunPulse? pulse = life == RunLife.Running ? part?.Pulse : null;
        string title = run.Id == "." ? Path.GetFileName(run.Path) : run.Id;
        string sentence = RunWords.Sentence(run, now);
        Html? bar = pulse is { Total: > 0 } ? (Html)$"""
            <progress max='{pulse.Total}' value='{pulse.Done}' aria-label='{pulse.Stage}'></progress>
            <p class='note'>{$"{Wording.Count(pulse.Done)} of {Wording.Count(pulse.Total)}"}  ·  {pulse.Detail}</p>
            """ : If(pulse is { Detail.Length: > 0 }, $"<p class='note'>{pulse?.Detail}</p>");
        return $"""
            <h1><span class='life {RunWords.Word(life)}'>{RunWords.Word(life)}</span> {title}</h1>
            <p class='{(life is RunLife.Stale or RunLife.Failed ? "banner" : "sentence")}'>{sentence}</p>
            {bar}
            <div class='tiles'>{Each(Tiles(run, read, part, now), tile => $"""
                <div class='tile'><span class='name'>{tile.Name}</span><span class='figure'>{tile.Figure}</span>
                <span class='aside'>{tile.Aside}</span></div>
                """)}</div>
            """;
    }

    private static IEnumerable<(string Name, string Figure, string Aside)> Tiles(
        WatchedRun run, ReportRun read, WatchedPart? part, DateTimeOffset now)
    {
        RunManifest manifest = read.Manifest;
        yield return ("Method", manifest.Method, $"on {Wording.Source(manifest.Data)}, seed {manifest.Seed}");
        yield return ("Epochs measured", RunWords.Epochs(run), "the curves go as far");
        if (RunWords.Left(part, now) is { } left)
            yield return ("Time left", left, $"of {RunWords.Stage(part!)}");
        else if (manifest.Timings is { } took)
            yield return ("Time", Wording.Duration(took.Seconds), $"{manifest.Versions.Threads} threads, {manifest.Versions.Device}");
        if ((part?.Pulse?.ImagesPerSecond ?? manifest.Timings?.ImagesPerSecond) is { } speed and > 0)
        {
            double waiting = part?.Pulse?.WaitingShare ?? manifest.Timings?.WaitingShare ?? 0;
            yield return (
                "Training speed", $"{Wording.Short(Math.Round(speed, 1))} /s", $"images; {Wording.Percent(waiting)} waiting for data");
        }

        if (part?.Pulse?.Losses is [.., var last])
            yield return ("Loss", Wording.Short(last.Loss), $"at step {Wording.Count(last.Step)} of {part.Name}");
        foreach (string measure in new[] { Measure.KnnAccuracy, Measure.LinearAccuracy })
        {
            if (Last(read, measure) is { } found)
                yield return (
                    $"{Wording.Probe(measure)}, {found.Layer}", Wording.Percent(found.Value), $"on unseen images, epoch {found.Epoch}");
        }
    }

    // Of the last layer that has labels to be measured by.
    private static Measurement? Last(ReportRun run, string measure)
    {
        string? layer = LayerOrder.Last(LayerOrder.Sort(run.Measurements.Where(m => m.Name == measure).Select(m => m.Layer)));
        return run.Measurements.LastOrDefault(m => m.Name == measure && m.Layer == layer);
    }

    private static IEnumerable<string> Amiss(WatchedRun run, ReportRun read) =>
        read.Warnings.Concat(run.Parts.Skip(1).SelectMany(
            part => part.Manifest.Warnings.Select(warning => $"{part.Name}, iteration {warning.Epoch}: {warning.Text}")));

    private static Html? Loss(WatchedRun run, DateTimeOffset now)
    {
        if (run.Now(now) is not { Pulse.Losses: { Count: > 1 } losses } part)
            return null;
        ChartPoint[] points = [.. losses.Select(point => new ChartPoint(point.Step, SeedMean.Of([point.Loss])))];
        var chart = new LineChart(
            $"Loss of {part.Name}, step by step", "as it trains, since it was last begun; a good one falls, fast at first", "step", "loss",
            [new ChartSeries("loss", "early", false, points)])
        {
            Decimals = 4,
        };
        return Chart.Row("one", [chart]);
    }

    private static Html? Views(WatchedRun run, ReportRun read, string? trouble)
    {
        const string Note = "images of the training part, each beside views of it as the network sees them";
        if (!read.Manifest.HasImages)
            return null;
        Html picture = trouble is not null ? (Html)$"<p class='missing'>{trouble}</p>" : $"""
            <figure><figcaption><strong>Views</strong><span class='note'>{Note}</span></figcaption>
            <img alt='Views: {Note}' loading='lazy' src='views.png?id={Uri.EscapeDataString(run.Id)}'/></figure>
            """;
        return read.ViewsPicture is not null ? (Html)$"<section><h2>Views</h2>{picture}</section>" : $"""
            <section><details><summary>Views as the network sees them (reads some images from where they lie)</summary>
            {picture}</details></section>
            """;
    }

    private static Html? Log(WatchedRun run) => If(run.Log.Length > 0, $"""
        <section><h2>The end of its log</h2><pre class='log' tabindex='0' aria-label='Log'>{run.Log}</pre></section>
        """);
}
