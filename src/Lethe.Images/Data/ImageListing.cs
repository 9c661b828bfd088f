using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Finds image files in folders, in an order that does not depend on the file system.</summary>
internal static class ImageListing
{
    /// <summary>All image files below a folder: relative paths with forward slashes, in ordinal order.</summary>
    public static string[] ImagesBelow(string folder, CancellationToken cancel = default) => [.. Below(folder, cancel: cancel).Paths];

    /// <summary>All image files below a folder, or else all arrays (.npy), each once, and what was left out.</summary>
    /// <param name="folder">The folder. Links are followed.</param>
    /// <param name="earlier">Whether to take what earlier versions took, for their runs.</param>
    /// <param name="scratch">Where there is room for the paths (<see cref="PathWriter"/>); null to keep them in memory.</param>
    /// <param name="cancel">Stops it: a folder may have millions of files, or lie far away.</param>
    /// <exception cref="DataException">A folder cannot be read.</exception>
    public static FolderListing Below(
        string folder, bool earlier = false, string? scratch = null, CancellationToken cancel = default)
    {
        try
        {
            FolderListing images = Walk(arrays: false);

            // Arrays are images where there is nothing else; beside images they are likely something made of these.
            return images.Paths.Count > 0 || earlier ? images : Walk(arrays: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder '{folder}' cannot be listed: {error.Message}", error);
        }

        FolderListing Walk(bool arrays)
        {
            using PathWriter? file = scratch is null ? null : new PathWriter(scratch);
            return new FolderWalk(earlier, arrays, file, cancel).List(Path.GetFullPath(folder));
        }
    }

    /// <summary>Names in a folder that are not hidden, in ordinal order.</summary>
    public static string[] VisibleNames(string folder, bool folders)
    {
        try
        {
            IEnumerable<string> entries = folders ? Directory.EnumerateDirectories(folder) : Directory.EnumerateFiles(folder);
            string[] names = [.. entries.Select(entry => Path.GetFileName(entry)).Where(name => Clutter.KindOf(name, folders) is null)];
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
        string found = names.Length == 0
            ? "The folder is empty."
            : $"Found {string.Join(", ", names.Take(Named))}{(names.Length > Named ? $" and {names.Length - Named} more" : "")}.";
        IgnoredFiles[] lost = [.. Below(folder).Ignored.Where(kind => kind.Advice is not null).Take(Named)];
        return string.Join(' ', [found, .. lost.Select(kind => kind.ToString())]);
    }
}
