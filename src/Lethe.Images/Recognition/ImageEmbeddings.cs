using Lethe.Runtime;

namespace Lethe.Recognition;

/// <summary>Embeddings of image files: what an index and a classifier are made of.</summary>
public sealed record ImageEmbeddings
{
    /// <summary>Puts rows and paths together.</summary>
    /// <param name="rows">One row for each image, [N, d].</param>
    /// <param name="paths">The path of each image, relative to the folder, with forward slashes.</param>
    /// <param name="skippedFiles">Files that could not be read, as <c>path: reason</c>.</param>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public ImageEmbeddings(float[,] rows, IReadOnlyList<string> paths, IReadOnlyList<string>? skippedFiles = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(paths);
        if (rows.GetLength(0) != paths.Count)
            throw new ArgumentException($"Expected one path for each of {rows.GetLength(0)} rows, found {paths.Count}.", nameof(paths));
        Rows = rows;
        Paths = paths;
        SkippedFiles = skippedFiles ?? [];
    }

    /// <summary>One row for each image, [N, d], as the encoder gave it.</summary>
    public float[,] Rows { get; }

    /// <summary>The path of each image, relative to the folder, with forward slashes.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Files that could not be read, as <c>path: reason</c>.</summary>
    public IReadOnlyList<string> SkippedFiles { get; }

    /// <summary>How many images there are.</summary>
    public int Count => Paths.Count;

    /// <summary>Numbers of an embedding.</summary>
    public int Dimension => Rows.GetLength(1);

    /// <summary>Labels by class folders: the first folder of each path.</summary>
    /// <returns>A label for each image, and the names of the classes in ordinal order.</returns>
    /// <exception cref="DataException">An image lies in no folder.</exception>
    public (int[] Labels, string[] ClassNames) ByFolder()
    {
        if (Paths.FirstOrDefault(path => !path.Contains('/')) is { } stray)
            throw new DataException(
                $"Expected a folder for each class, with its images in it; found {stray} beside them. Move it into a class folder.");
        string[] folders = [.. Paths.Select(path => path[..path.IndexOf('/', StringComparison.Ordinal)])];
        string[] names = [.. folders.Distinct().Order(StringComparer.Ordinal)];
        return ([.. folders.Select(folder => Array.BinarySearch(names, folder, StringComparer.Ordinal))], names);
    }
}
