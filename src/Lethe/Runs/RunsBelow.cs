namespace Lethe.Runs;

/// <summary>The runs below a folder, as of a sweep.</summary>
internal static class RunsBelow
{
    private const int Deepest = 6;

    /// <summary>
    /// Paths of the runs, in the order of the names of folders; the folder itself where it is a run. What lies in a run belongs to it;
    /// hidden folders and links to folders are passed over, and so is what cannot be read.
    /// </summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Find(string folder) => Below(folder, 0);

    private static string[] Below(string folder, int depth)
    {
        if (RunDirectory.HoldsRun(folder))
            return [folder];
        if (depth == Deepest)
            return [];
        try
        {
            return
            [
                .. new DirectoryInfo(folder).GetDirectories()
                    .Where(below => below.LinkTarget is null && !below.Name.StartsWith('.')).Select(below => below.Name)
                    .Order(StringComparer.Ordinal).SelectMany(name => Below(Path.Combine(folder, name), depth + 1)),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
