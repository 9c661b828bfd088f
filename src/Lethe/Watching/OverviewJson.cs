using System.Text.Json.Nodes;
using Lethe.Diagnostics;

namespace Lethe.Watching;

/// <summary>Several runs for programs: what they are at and their numbers, with all their digits.</summary>
internal static class OverviewJson
{
    /// <summary>Makes the document of some runs.</summary>
    /// <param name="shown">The runs.</param>
    /// <param name="now">The moment.</param>
    public static JsonObject Of(Overview shown, DateTimeOffset now) => new()
    {
        ["measure"] = shown.Measure is { } measure ? $"{measure.Layer}/{measure.Name}" : null,
        ["differing"] = new JsonArray([.. shown.AllDiffering.Select(option => (JsonNode)option)]),
        ["runs"] = new JsonArray([.. shown.Rows.Select(row => Row(shown, row, now))]),
    };

    private static JsonObject Row(Overview shown, OverviewRow row, DateTimeOffset now)
    {
        WatchedRun run = row.Run;
        WatchedPart? part = run.Now(now);
        Runs.RunManifest? manifest = run.Run?.Manifest;
        return new JsonObject
        {
            ["run"] = run.Id,
            ["path"] = run.Path,
            ["state"] = RunWords.Word(row.Life),
            ["said"] = RunWords.Sentence(run, now),
            ["heardUtc"] = part?.HeardUtc,
            ["stage"] = part is null ? null : RunWords.Stage(part),
            ["secondsLeft"] = part is not null && part.IsAtWork(now) ? part.Pulse?.SecondsLeft : null,
            ["epoch"] = run.Run?.Measurements.Select(m => m.Epoch).DefaultIfEmpty(0).Max(),
            ["epochs"] = manifest?.Pretraining.Training.EpochCount(),
            ["method"] = manifest?.Pretraining.Method,
            ["data"] = manifest?.Data.Source,
            ["images"] = manifest?.Data.TrainCount,
            ["seed"] = manifest?.Seed,
            ["startedUtc"] = manifest?.StartedUtc,
            ["last"] = Of(row.Last),
            ["best"] = Of(row.Best),
            ["options"] = new JsonObject(shown.AllDiffering.Where(run.Options.ContainsKey).Select(
                option => KeyValuePair.Create(option, (JsonNode?)run.Options[option]))),
            ["departs"] = new JsonArray(
                [.. shown.AllDiffering.Where(option => shown.Departs(row, option)).Select(option => (JsonNode)option)]),
        };
    }

    private static JsonObject? Of(Measurement? found) =>
        found is null ? null : new JsonObject { ["epoch"] = found.Epoch, ["value"] = found.Value };
}
