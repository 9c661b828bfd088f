using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// Makes a source of the image files below a folder. Below the folder, or below <c>train</c> and <c>test</c> (or
/// <c>val</c>, where there is no <c>test</c>) in it, there are either class folders, whose images may lie deeper, or images
/// without labels. A folder that holds a single folder and no image of its own stands for that folder, so that one class
/// is no class.
/// </summary>
internal static class FolderLayout
{
    private static readonly string[] TestNames = ["test", "val", "valid", "validation"];

    /// <param name="root">The folder.</param>
    /// <param name="images">The image files below it, in ordinal order, at least one.</param>
    public static FolderSource Open(string root, string[] images)
    {
        string prefix = Descend(images);
        string[] folders = Folders(images, prefix);
        string? train = folders.FirstOrDefault(name => name.Equals("train", StringComparison.OrdinalIgnoreCase));
        string? test = TestNames.Select(wanted => folders.FirstOrDefault(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(name => name is not null);
        string[] others = [.. folders.Where(name => name != train && !TestNames.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (test is null || (train is null && others.Length > 0))
            return OpenPart(root, prefix, images);
        if (train is null || others.Length > 0 || images.Any(image => IsDirectly(image, prefix)))
        {
            throw new DataException(
                $"The folder '{Path.Combine(root, prefix)}' holds images in {List(folders)}; expected train/ and test/ (or val/) and "
                + "nothing else, or class folders. Give the path of one of them, or move the others away.");
        }

        return OpenParts(
            root, [.. Below(images, $"{prefix}{train}/")], [.. Below(images, $"{prefix}{test}/")], $"{prefix}{train}/", $"{prefix}{test}/");
    }

    /// <summary>What the folders say of each image: its class, and whether it is of the test part.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="images">The image files below it, in ordinal order, at least one.</param>
    /// <returns>
    /// By path: the class, null where there are no class folders; and train or test, null where nothing divides them. Empty where the
    /// folders do not agree on either.
    /// </returns>
    public static IReadOnlyDictionary<string, (string? Label, string? Part)> Places(string root, string[] images)
    {
        FolderSource source;
        try
        {
            source = Open(root, images);
        }
        catch (DataException)
        {
            return new Dictionary<string, (string?, string?)>();
        }

        return source.Paths!.Select((path, i) => (path, i)).ToDictionary(
            item => item.path,
            item => (
                source.Labels is { } labels ? source.ClassNames![labels[item.i]] : null,
                source.TestCount == 0 ? null : item.i < source.PoolCount ? "train" : "test"));
    }

    private static FolderSource OpenPart(string root, string prefix, string[] images)
    {
        (int[]? labels, string[]? classNames) = Label(root, prefix, images);
        return new FolderSource(KindOf(labels), root, images, testCount: 0, labels, classNames);
    }

    private static FolderSource OpenParts(string root, string[] train, string[] test, string trainPrefix, string testPrefix)
    {
        (int[]? labels, string[]? classNames) = Label(root, trainPrefix, train);
        if (labels is null)
            return new FolderSource(KindOf(labels), root, [.. train, .. test], test.Length, null, null);
        string[] direct = [.. test.Where(image => IsDirectly(image, testPrefix))];
        string[] unknown = [.. Folders(test, testPrefix).Except(classNames!)];
        if (direct.Length > 0 || unknown.Length > 0)
        {
            throw new DataException(
                $"'{Path.Combine(root, testPrefix)}' must hold the class folders of '{Path.Combine(root, trainPrefix)}' "
                + $"({List(classNames!)}); found {(unknown.Length > 0 ? List(unknown) : $"images that are in none, as {direct[0]}")}. "
                + "Make the folders agree.");
        }

        return new FolderSource(
            KindOf(labels), root, [.. train, .. test], test.Length, [.. labels, .. LabelsOf(test, testPrefix, classNames!)], classNames);
    }

    /// <summary>Labels by class folder, in ordinal order of their names; null where there are not at least two.</summary>
    private static (int[]? Labels, string[]? ClassNames) Label(string root, string prefix, string[] images)
    {
        string[] classes = Folders(images, prefix);
        string[] direct = [.. images.Where(image => IsDirectly(image, prefix))];
        if (classes.Length > 0 && direct.Length > 0)
        {
            throw new DataException(
                $"The folder '{Path.Combine(root, prefix)}' holds both {direct.Length} images (as {direct[0]}) and the folders "
                + $"{List(classes)}; expected either class folders or images. Move the images into class folders, or all into one folder.");
        }

        return classes.Length < 2 ? (null, null) : (LabelsOf(images, prefix, classes), classes);
    }

    private static int[] LabelsOf(string[] images, string prefix, string[] classes)
    {
        Dictionary<string, int> labels = classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return [.. images.Select(image => labels[FirstFolder(image, prefix)])];
    }

    private static string KindOf(int[]? labels) => labels is null ? "unlabelled images" : "class folders";

    /// <summary>The part of the path that all images share, as long as no image lies in it directly.</summary>
    private static string Descend(string[] images)
    {
        string prefix = "";
        while (!images.Any(image => IsDirectly(image, prefix)) && Folders(images, prefix) is [var single])
        {
            prefix += single + "/";
        }

        return prefix;
    }

    private static IEnumerable<string> Below(string[] images, string prefix) =>
        images.Where(image => image.StartsWith(prefix, StringComparison.Ordinal));

    private static bool IsDirectly(string image, string prefix) => image.IndexOf('/', prefix.Length) < 0;

    private static string FirstFolder(string image, string prefix) => image[prefix.Length..image.IndexOf('/', prefix.Length)];

    private static string[] Folders(string[] images, string prefix)
    {
        string[] names = [.. images.Where(image => !IsDirectly(image, prefix)).Select(image => FirstFolder(image, prefix)).Distinct()];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    private static string List(string[] names) =>
        string.Join(", ", names.Take(5).Select(name => $"{name}/")) + (names.Length > 5 ? $" and {names.Length - 5} more" : "");
}
