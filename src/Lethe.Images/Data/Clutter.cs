using System.IO.Enumeration;

namespace Lethe.Data;

/// <summary>What systems and programs put beside one's images: thumbnails, bins, metadata.</summary>
internal static class Clutter
{
    private const string Nas = "of a network drive (thumbnails, bins, snapshots)";
    private const string Windows = "of Windows";
    private const string Mac = "of macOS";
    private const string Photos = "of a photo program (previews, originals)";

    private static readonly (string Pattern, string Owner)[] folders =
    [
        ("@eaDir", Nas), ("#recycle", Nas), ("#snapshot", Nas), ("@Recycle", Nas), ("@Recently-Snapshot", Nas), ("@SynoResource", Nas),
        ("@tmp", Nas), ("@Transcode", Nas), ("$RECYCLE.BIN", Windows), ("RECYCLER", Windows), ("RECYCLED", Windows),
        ("System Volume Information", Windows), ("__MACOSX", Mac), ("lost+found", "of the file system"),
        ("__pycache__", "of Python"), ("*.lrdata", Photos), ("*.lrcat-data", Photos), ("Picasa Originals", Photos),
    ];

    private static readonly (string Pattern, string Owner)[] files =
    [
        ("Thumbs.db", Windows), ("ehthumbs*.db", Windows), ("desktop.ini", Windows), ("Icon\r", Mac), ("Picasa.ini", Photos),
        ("SYNO*_THUMB_*", Nas), ("SYNOINDEX_MEDIA_INFO", Nas),
    ];

    /// <summary>Which kind of clutter a name is; null where it is none.</summary>
    /// <param name="name">The name of a file or a folder, without what it lies in.</param>
    /// <param name="isFolder">Which of them.</param>
    public static string? KindOf(string name, bool isFolder)
    {
        if (name.StartsWith("._", StringComparison.Ordinal) || name == ".DS_Store")
            return $"files {Mac}";
        if (name.StartsWith('.'))
            return isFolder ? "hidden folders" : "hidden files";
        foreach ((string pattern, string owner) in isFolder ? folders : files)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true))
                return isFolder ? $"folders {owner}" : $"files {owner}";
        }

        return null;
    }
}
