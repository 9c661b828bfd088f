using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Runs;

/// <summary>What a run directory holds of single images, for its report.</summary>
internal static class RunImages
{
    /// <summary>Where the layers place images.</summary>
    public static string MapPath(this RunDirectory run) => Path.Combine(run.Path, "map.json");

    /// <summary>How far single images were memorised.</summary>
    public static string ScoresPath(this RunDirectory run) => Path.Combine(run.Path, "memorisation.json");

    /// <summary>The same by held-out images alone, beside which the other says more.</summary>
    public static string HeldOutScoresPath(this RunDirectory run) => Path.Combine(run.Path, "memorisation-held-out.json");

    /// <summary>Reads <c>map.json</c>; null where no map was drawn, or by another version.</summary>
    /// <exception cref="RunException">It is damaged.</exception>
    public static ImageMap? LoadMap(this RunDirectory run) => Read<ImageMap>(
        run.MapPath(), ImageMap.CurrentFormat, map => map.IsWhole, $"lethe report {run.Path} --map-images 2000");

    /// <summary>Writes <c>map.json</c>, whole or not at all.</summary>
    /// <exception cref="RunException">It cannot be written.</exception>
    public static void SaveMap(this RunDirectory run, ImageMap map) => Write(run.MapPath(), map);

    /// <summary>
    /// Reads <c>memorisation.json</c>, or <c>memorisation-held-out.json</c> where only that is there; null without either.
    /// </summary>
    /// <exception cref="RunException">It is damaged.</exception>
    public static ScoredImages? LoadScores(this RunDirectory run) =>
        Scores(run.ScoresPath(), $"lethe diagnose {run.Path} --against OTHER")
        ?? Scores(run.HeldOutScoresPath(), $"lethe diagnose {run.Path} --against held-out");

    /// <summary>Writes the file of the scores' kind, whole or not at all.</summary>
    /// <exception cref="RunException">It cannot be written.</exception>
    public static void SaveScores(this RunDirectory run, ScoredImages scores) =>
        Write(scores.Against is null ? run.HeldOutScoresPath() : run.ScoresPath(), scores);

    private static ScoredImages? Scores(string path, string command) =>
        Read<ScoredImages>(path, null, scores => scores.IsWhole, command);

    private static void Write<T>(string path, T images) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, images, RunFiles.Compact));

    private static T? Read<T>(string path, int? format, Func<T, bool> isWhole, string command)
        where T : class
    {
        if (!File.Exists(path))
            return null;
        try
        {
            JsonObject document = JsonNode.Parse(RunFiles.Bytes(path))?.AsObject() ?? throw new JsonException("null.");
            if (format is not null && (int?)document["formatVersion"] != format)
                return null;
            T read = document.Deserialize<T>(RunFiles.Compact)!;
            return isWhole(read) ? read : throw new JsonException("numbers that do not belong to its images.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new RunException(
                $"{path} is damaged: expected numbers of a run's images, found: {error.Message} Delete it, and make it again with "
                + $"'{command}'.",
                error);
        }
    }
}
