using System.Text.Json.Nodes;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>What it takes to make the runs of a group again: commands, images, machine, every option.</summary>
internal static class ReportRepeat
{
    public static IEnumerable<Html?> Of(ReportGroup group)
    {
        RunManifest[] all = [.. group.Runs.SelectMany(run => run.Undos.Select(undo => undo.Manifest).Prepend(run.Manifest))];
        IEnumerable<string> commands =
            all.Select(made => made.Command).Distinct().Append($"lethe report {string.Join(' ', group.Runs.Select(run => run.Path))}");
        yield return $"<pre>{Each(string.Join('\n', commands).Split(' ').Index(), word => Word(word.Index, word.Item))}</pre>";

        RunManifest manifest = group.Runs[0].Manifest;
        RunData data = manifest.Data;
        RunVersions versions = manifest.Versions;
        Html images = Table("Data", [],
        [
            ["source", data.Source],
            ["fingerprint", string.Join(", ", group.Runs.Select(run => run.Manifest.Data.Fingerprint).Distinct())],
            ["trained on, without labels", Wording.Count(data.TrainCount)],
            ["probes fitted on", Wording.Count(data.ProbeCount)],
            ["measured on", Wording.Count(data.TestCount)],
            ["classes", data.ClassCount == 0 ? "no labels" : Wording.Count(data.ClassCount)],
            ["view", $"{data.ImageSize} × {data.ImageSize} pixels, {Wording.Counted(data.Channels, "channel")}"],
            .. data.Range is [var low, var high] && data.Samples is { } samples && (low, high, samples) != (0, 255, "uint8")
                ? (string[][])[["intensities", $"{samples} from {Wording.Short(low)} to {Wording.Short(high)}"]] : [],
            ["channel mean", string.Join(", ", data.ChannelMean.Select(Wording.Short))],
            ["channel deviation", string.Join(", ", data.ChannelStandardDeviation.Select(Wording.Short))],
        ]);
        Html machine = Table("Versions and machine", [],
        [
            ["lethe", manifest.ToolVersion],
            [".NET", versions.DotNet],
            ["TorchSharp", versions.TorchSharp],
            ["libtorch", versions.Libtorch],
            ["system", versions.OperatingSystem],
            ["processor", versions.Processor],
            ["threads", Wording.Count(versions.Threads)],
            ["device", versions.Device],
            .. versions.Kernels is { } kernels ? (string[][])[["kernels", kernels]] : [],
            [group.Runs.Count == 1 ? "seed" : "seeds", string.Join(", ", group.Runs.Select(run => run.Manifest.Seed))],
            ["run format", $"{manifest.FormatVersion}"],
        ]);
        yield return $"<div class='options'>{images}{machine}</div>";
        yield return Each(LookCount.Sentences(group.Runs), sentence => $"<p>{sentence}</p>");
        yield return $"<h3>Options</h3><div class='options'>{Options(RunFiles.ToJson(manifest.Pretraining))}</div>";
        foreach (ReportUndo undo in group.Runs[0].Undos)
        {
            var rows = ReportModel.Flatten(RunFiles.ToJson(undo.Options)).Select(option => (string[])[option.Key, option.Value]);
            Html options = Table("umm", [], rows);
            yield return Opened($"Options of UMM {undo.Name}", $"<div class='options'>{options}</div>");
        }

        string[] notes = [.. all.SelectMany(made => made.Notes).Distinct()];
        if (notes.Length > 0)
            yield return Opened(Wording.Counted(notes.Length, "note"), $"<ul>{Each(notes, note => $"<li>{note}</li>")}</ul>");
    }

    private static Html Opened(string summary, Html content) => $"<details class='block'><summary>{summary}</summary>{content}</details>";

    // An option stays in one piece where a line is broken.
    private static Html Word(int place, string word) => word.StartsWith('-') && !word.Contains('\n')
        ? (Html)$"{(place == 0 ? "" : " ")}<span>{word}</span>"
        : $"{(place == 0 ? "" : " ")}{word}";

    /// <summary>One table for each section of the options.</summary>
    private static Html Options(JsonObject options) => Each(
        ReportModel.Flatten(options).Where(option => option.Key.Length > 0).Select(option => (option.Key.Split('.', 2), option.Value))
            .GroupBy(option => option.Item1 is [var section, _] ? section : "general"),
        section => Table(section.Key, [], section.Select(option => (string[])[option.Item1[^1], option.Value])));
}
