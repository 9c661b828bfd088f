using Lethe.Runtime;

namespace Lethe.Runs;

/// <summary>Runs that may have been meant by a path that holds none.</summary>
internal static class NearbyRuns
{
    private const string UsualFolder = "runs";
    private const int Most = 3;

    /// <summary>
    /// A sentence that says which path was probably meant, or names the runs with the nearest names: beside the path, in it, and in
    /// <c>runs/</c>.
    /// </summary>
    /// <param name="path">The path that holds no run.</param>
    /// <param name="holdsRun">Whether a directory holds a run.</param>
    /// <returns>A sentence that begins with a space; empty where there is no run.</returns>
    public static string Sentence(string path, Func<string, bool> holdsRun)
    {
        if (Suggestion.OfPath(path) is { Length: > 0 } slip)
            return slip;
        string name = Name(path);
        string beside = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { Length: > 0 } parent ? parent : ".";
        string[] runs =
        [
            .. new[] { path, beside, UsualFolder }.SelectMany(Below).Where(holdsRun).DistinctBy(Path.GetFullPath)
                .OrderBy(run => Suggestion.SlipsBetween(Name(run), name)).ThenBy(run => run, StringComparer.Ordinal).Take(Most),
        ];

        // A third of a name may be a slip; beyond, a run is there and hardly meant.
        string[] meant = [.. runs.Where(run => Suggestion.SlipsBetween(Name(run), name) <= Math.Max(1, name.Length / 3))];
        return meant.Length > 0 ? $" Did you mean {string.Join(" or ", meant)}?"
            : runs.Length > 0 ? $" Runs nearby: {string.Join(", ", runs)}."
            : "";
    }

    private static string[] Below(string folder)
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.GetDirectories(folder).Select(run => run.StartsWith("./", StringComparison.Ordinal) ? run[2..] : run)]
                : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Name(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path)).ToLowerInvariant();
}
