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
    /// <exception cref="Lethe.Runtime.RunException">It is damaged.</exception>
    public static ImageMap? LoadMap(this RunDirectory run) => File.Exists(run.MapPath()) ? RunFiles.ReadMap(run.MapPath()) : null;

    /// <summary>Writes <c>map.json</c>, whole or not at all.</summary>
    /// <exception cref="Lethe.Runtime.RunException">It cannot be written.</exception>
    public static void SaveMap(this RunDirectory run, ImageMap map) =>
        AtomicFile.Write(run.MapPath(), stream => RunFiles.WriteMap(stream, map));

    /// <summary>Reads <c>memorisation.json</c>; null where there is none.</summary>
    /// <exception cref="Lethe.Runtime.RunException">It is damaged.</exception>
    public static ScoredImages? LoadScores(this RunDirectory run) =>
        File.Exists(run.ScoresPath()) ? RunFiles.ReadScores(run.ScoresPath()) : null;

    /// <summary>Writes <c>memorisation.json</c>, whole or not at all.</summary>
    /// <exception cref="Lethe.Runtime.RunException">It cannot be written.</exception>
    public static void SaveScores(this RunDirectory run, ScoredImages scores) =>
        AtomicFile.Write(run.ScoresPath(), stream => RunFiles.WriteScores(stream, scores));
}
