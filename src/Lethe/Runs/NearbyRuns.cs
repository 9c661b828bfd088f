using Lethe.Runtime;

namespace Lethe.Runs;

/// <summary>Runs that may have been meant by a path that holds none.</summary>
internal static class NearbyRuns
{
    private const string UsualFolder = "runs";
    private const int Most = 3;

    /// <summary>A sentence that names the runs with the nearest names: beside the path, in it, and in <c>runs/</c>.</summary>
    /// <param name="path">The path that holds no run.</param>
    /// <returns>A sentence that begins with a space; empty where there is no run.</returns>
    public static string Sentence(string path)
    {
        string name = Name(path);
        string[] near =
        [
            .. new[] { path, Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { Length: > 0 } beside ? beside : ".", UsualFolder }
                .SelectMany(Below).DistinctBy(Path.GetFullPath).OrderBy(run => Suggestion.SlipsBetween(Name(run), name))
                .ThenBy(run => run, StringComparer.Ordinal).Take(Most),
        ];
        return near.Length == 0 ? "" : $" Did you mean {string.Join(" or ", near)}?";
    }

    private static IEnumerable<string> Below(string folder)
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.EnumerateDirectories(folder).Where(RunDirectory.HoldsRun).Select(run => run.StartsWith("./", StringComparison.Ordinal) ? run[2..] : run)]
                : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Name(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path)).ToLowerInvariant();
}
