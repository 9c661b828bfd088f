using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// Finds IDX files by their names: <c>train-images-idx3-ubyte</c>, <c>t10k-labels-idx1-ubyte</c>, with a dot or a dash, with .gz or
/// without.
/// </summary>
internal static class IdxLayout
{
    /// <summary>Recognises a folder by the images files in it.</summary>
    public static bool IsFolder(string folder) => ImagesFiles(folder).Length > 0;

    public static bool IsImagesFile(string path)
    {
        string name = Path.GetFileName(path);
        return name.Contains("images", StringComparison.OrdinalIgnoreCase) && name.Contains(
            "idx3-ubyte", StringComparison.OrdinalIgnoreCase);
    }

    public static StoredSource Open(string path, IReadOnlyList<string>? classNames)
    {
        if (File.Exists(path))
            return Open(path, testFile: null, classNames);
        string[] files = ImagesFiles(path);
        string[] test = [.. files.Where(IsTest)];
        string[] train = [.. files.Where(file => !IsTest(file))];
        if (train.Length > 1 || test.Length > 1)
        {
            throw new DataException(
                $"The folder '{path}' holds several sets of IDX files ({string.Join(", ", files.Select(Path.GetFileName))}); expected "
                + "one train and at most one test set. Give the path of one of these files.");
        }

        return train.Length == 1 ? Open(train[0], test.SingleOrDefault(), classNames) : Open(test[0], testFile: null, classNames);
    }

    private static StoredSource Open(string trainFile, string? testFile, IReadOnlyList<string>? classNames)
    {
        (Image[] images, int[]? labels) = ReadPart(trainFile);
        if (testFile is null)
            return Create(images, 0, labels, classNames, trainFile);
        (Image[] testImages, int[]? testLabels) = ReadPart(testFile);
        if ((labels is null) != (testLabels is null))
        {
            string without = labels is null ? trainFile : testFile;
            throw new DataException(
                $"There are no labels for '{without}': expected '{LabelsName(without)}' beside it, with or without .gz. Add it, or "
                + "remove the labels of the other part to train without any.");
        }

        return Create(
            [.. images, .. testImages], testImages.Length, labels is null ? null : [.. labels, .. testLabels!], classNames, trainFile);
    }

    private static StoredSource Create(Image[] images, int testCount, int[]? labels, IReadOnlyList<string>? classNames, string file)
    {
        if (labels is null)
            return new StoredSource("IDX without labels", images, testCount, null, null);
        int largest = labels.Max();
        classNames ??= [.. Enumerable.Range(0, largest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        if (largest >= classNames.Count)
            throw new DataException(
                $"The labels beside '{file}' go up to {largest}; expected {classNames.Count} classes, 0 to {classNames.Count - 1}.");
        return new StoredSource("IDX", images, testCount, labels, classNames);
    }

    private static (Image[] Images, int[]? Labels) ReadPart(string imagesFile)
    {
        Image[] images = IdxFile.ReadImages(imagesFile);
        string labelsFile = Path.Combine(Path.GetDirectoryName(imagesFile)!, LabelsName(imagesFile));
        string? existing = File.Exists(labelsFile) ? labelsFile : File.Exists(labelsFile + ".gz") ? labelsFile + ".gz" : null;
        if (existing is null)
            return (images, null);
        return (images, IdxFile.ReadLabels(existing, images.Length, imagesFile));
    }

    /// <summary>The images files of a folder; where a file is there both plain and compressed, the plain one.</summary>
    private static string[] ImagesFiles(string folder)
    {
        string[] names = [.. ImageListing.VisibleNames(folder, folders: false).Where(IsImagesFile)];
        return
        [
            .. names.Where(name => !names.Contains(WithoutGz(name)) || WithoutGz(name) == name).Select(name => Path.Combine(folder, name)),
        ];
    }

    private static bool IsTest(string file)
    {
        string name = Path.GetFileName(file);
        return name.Contains("t10k", StringComparison.OrdinalIgnoreCase) || name.Contains("test", StringComparison.OrdinalIgnoreCase);
    }

    private static string LabelsName(string imagesFile) =>
        WithoutGz(Path.GetFileName(imagesFile))
            .Replace("images", "labels", StringComparison.OrdinalIgnoreCase)
            .Replace("idx3", "idx1", StringComparison.OrdinalIgnoreCase);

    private static string WithoutGz(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
}
