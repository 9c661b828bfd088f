namespace Lethe.Data;

/// <summary>Where files and folders really lie, all links on the way followed: two paths to one thing have one real path.</summary>
internal sealed class RealPaths
{
    private const int MostLinks = 40;

    private readonly Dictionary<string, string> folders = new(Comparer);

    /// <summary>How names compare on this system.</summary>
    public static StringComparer Comparer { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The real path; null where a link leads nowhere or in a circle.</summary>
    /// <param name="path">A full path.</param>
    public string? Of(string path)
    {
        string? real = Follow(Path.TrimEndingDirectorySeparator(path), 0);
        return real is not null && Path.Exists(real) ? real : null;
    }

    private string? Follow(string path, int links)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        if (!folders.TryGetValue(parent, out string? realParent))
        {
            realParent = Follow(parent, links);
            if (realParent is null)
                return null;
            folders[parent] = realParent;
        }

        string here = Path.Combine(realParent, Path.GetFileName(path));
        string? target = new FileInfo(here).LinkTarget;
        if (target is null)
            return here;
        return links == MostLinks ? null : Follow(Path.TrimEndingDirectorySeparator(Path.GetFullPath(target, realParent)), links + 1);
    }
}
