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

    /// <summary>Reads <c>map.json</c>; null where no map was drawn, or by another version.</summary>
    /// <exception cref="RunException">It is damaged.</exception>
    public static ImageMap? LoadMap(this RunDirectory run) => Read<ImageMap>(
        run.MapPath(), ImageMap.CurrentFormat, map => map.IsWhole, $"lethe report {run.Path} --map-images 2000");

    /// <summary>Writes <c>map.json</c>, whole or not at all.</summary>
    /// <exception cref="RunException">It cannot be written.</exception>
    public static void SaveMap(this RunDirectory run, ImageMap map) => Write(run.MapPath(), map);

    /// <summary>Reads <c>memorisation.json</c>; null where there is none.</summary>
    /// <exception cref="RunException">It is damaged.</exception>
    public static ScoredImages? LoadScores(this RunDirectory run) => Read<ScoredImages>(
        run.ScoresPath(), null, scores => scores.IsWhole, $"lethe diagnose {run.Path} --against OTHER");

    /// <summary>Writes <c>memorisation.json</c>, whole or not at all.</summary>
    /// <exception cref="RunException">It cannot be written.</exception>
    public static void SaveScores(this RunDirectory run, ScoredImages scores) => Write(run.ScoresPath(), scores);

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
