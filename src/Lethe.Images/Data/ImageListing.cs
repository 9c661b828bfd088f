using System.IO.Enumeration;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Finds image files in folders, in an order that does not depend on the file system.</summary>
internal static class ImageListing
{
    /// <summary>The last ones are images too, in formats that are not read: reported as such, not passed over in silence.</summary>
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".webp", ".gif",
        ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".ppm", ".pgm", ".tga",
    };

    private static readonly HashSet<string> Arrays = new(StringComparer.OrdinalIgnoreCase) { ".npy" };

    /// <summary>
    /// All image files below a folder: relative paths with forward slashes, in ordinal order. Arrays (.npy) count as images where there is
    /// nothing else.
    /// </summary>
    public static string[] ImagesBelow(string folder) => FilesBelow(folder, Extensions) is { Length: > 0 } images
        ? images
        : FilesBelow(folder, Arrays);

    private static string[] FilesBelow(string folder, HashSet<string> extensions)
    {
        string root = Path.GetFullPath(folder);
        try
        {
            var files = new FileSystemEnumerable<string>(
                root,
                (ref entry) => Path.GetRelativePath(root, entry.ToFullPath()).Replace('\\', '/'),
                new EnumerationOptions
                {
                    RecurseSubdirectories = true,
                    IgnoreInaccessible = false,
                    AttributesToSkip = FileAttributes.None,
                    MaxRecursionDepth = 32,
                })
            {
                ShouldIncludePredicate = (ref entry) =>
                    !entry.IsDirectory && !IsHidden(entry.FileName) && extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
                ShouldRecursePredicate = (ref entry) => !IsHidden(entry.FileName) && !LeadsBack(ref entry),
            };
            string[] paths = [.. files];
            Array.Sort(paths, StringComparer.Ordinal);
            return paths;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder '{folder}' cannot be listed: {error.Message}", error);
        }
    }

    /// <summary>Names in a folder that are not hidden, in ordinal order.</summary>
    public static string[] VisibleNames(string folder, bool folders)
    {
        try
        {
            IEnumerable<string> entries = folders ? Directory.EnumerateDirectories(folder) : Directory.EnumerateFiles(folder);
            string[] names = [.. entries.Select(entry => Path.GetFileName(entry)).Where(name => !IsHidden(name))];
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder '{folder}' cannot be listed: {error.Message}", error);
        }
    }

    /// <summary>A sentence on what a folder without images holds.</summary>
    public static string WhatIsIn(string folder)
    {
        const int Named = 5;
        string[] names = [.. VisibleNames(folder, folders: true).Select(name => $"{name}/"), .. VisibleNames(folder, folders: false)];
        return names.Length == 0
            ? "The folder is empty."
            : $"Found {string.Join(", ", names.Take(Named))}{(names.Length > Named ? $" and {names.Length - Named} more" : "")}.";
    }

    // macOS puts its own metadata beside the files of an archive.
    private static bool IsHidden(ReadOnlySpan<char> name) => name.StartsWith('.') || name.SequenceEqual("__MACOSX");

    /// <summary>Links to folders are followed, unless to a folder that the link lies in.</summary>
    private static bool LeadsBack(ref FileSystemEntry entry)
    {
        if (!entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            return false;
        string link = entry.ToFullPath();
        string? target = Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName.TrimEnd(Path.DirectorySeparatorChar);
        return target is null || (link + Path.DirectorySeparatorChar).StartsWith(
            target + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
