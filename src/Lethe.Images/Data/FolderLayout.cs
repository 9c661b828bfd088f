using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// Makes a source of the image files below a folder. Below the folder, or below folders for training and for testing in it
/// (<see cref="PartFolders"/>), there are either class folders, whose images may lie deeper, or images without labels. A folder that
/// holds a single folder and no image of its own stands for that folder, so that one class is no class. Class folders may hold the
/// folders of the parts instead.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="images">The image files below it, in ordinal order, at least one.</param>
/// <param name="rule">Where labels come from: <see cref="DataOptions.Labels"/>; of a table, folders say nothing but the parts.</param>
/// <param name="earlier">Whether folders mean what they meant to earlier versions.</param>
internal sealed class FolderLayout(string root, IReadOnlyList<string> images, string rule, bool earlier)
{
    private const int FewInAClass = 2;

    private readonly List<string> notices = [];

    private bool Labelled => rule is LabelRule.Auto or LabelRule.Folders;

    private bool Asks => rule == LabelRule.Auto && !earlier;

    /// <param name="root">The folder.</param>
    /// <param name="images">The image files below it, in ordinal order, at least one.</param>
    /// <param name="rule">Where labels come from.</param>
    /// <param name="earlier">Whether folders mean what they meant to earlier versions.</param>
    public static FolderSource Open(string root, IReadOnlyList<string> images, string rule = LabelRule.Auto, bool earlier = false) =>
        new FolderLayout(root, images, rule, earlier).Open();

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

    private FolderSource Open()
    {
        string prefix = Descend();
        string[] folders = Folders(images, prefix);
        if (PartFolders.Of(folders, earlier, out string[] others) is not { } parts)
            return PartsWithin(prefix, folders) ?? Make(null, 0, Label(prefix, images));
        if (others.Length > 0 || images.Any(image => IsDirectly(image, prefix)))
        {
            throw new DataException(
                $"The folder '{Path.Combine(root, prefix)}' holds images in {List(folders)}; expected {parts.Train}/ and {parts.Test}/ and "
                + "nothing else, or class folders. Give the path of one of them, or move the others away.");
        }

        if (parts.Unused is { } unused)
        {
            notices.Add($"The {Below($"{prefix}{unused}/").Length} images of {unused}/ are not used, since {parts.Test}/ is there "
                + "to measure on. To use them, move them into one of the other folders.");
        }

        notices.Add($"{parts.Train}/ is divided for training, and measurements are made on {parts.Test}/ alone.");
        return OpenParts($"{prefix}{parts.Train}/", $"{prefix}{parts.Test}/");
    }

    // CLASS/train and CLASS/test
    private FolderSource? PartsWithin(string prefix, string[] folders)
    {
        if (earlier || folders.Length < 2 || images.Any(image => IsDirectly(image, prefix)))
            return null;
        var (train, test) = (new List<int>(), new List<int>());
        foreach (string folder in folders)
        {
            string inner = $"{prefix}{folder}/";
            IReadOnlyList<string> own = At(Below(inner));
            if (own.Any(image => IsDirectly(image, inner)) || PartFolders.Of(Folders(own, inner), false, out string[] rest) is not { } parts
                || rest.Length > 0)
                return null;
            train.AddRange(Below($"{inner}{parts.Train}/"));
            test.AddRange(Below($"{inner}{parts.Test}/"));
        }

        notices.Add($"Each of {List(folders)} holds folders for training and for testing: they are the parts, and measurements are made on "
            + "those for testing alone.");
        int[] items = [.. train, .. test];
        return Make(items, test.Count, Labelled ? (LabelsOf(At(items), image => FirstFolder(image, prefix), folders), folders) : default);
    }

    private FolderSource OpenParts(string trainPrefix, string testPrefix)
    {
        int[] train = Below(trainPrefix), test = Below(testPrefix), items = [.. train, .. test];
        (IReadOnlyList<int>? labels, string[]? names) = Label(trainPrefix, At(train));
        if (labels is null)
            return Make(items, test.Length, default);
        string[] direct = [.. At(test).Where(image => IsDirectly(image, testPrefix))];
        string[] unknown = [.. Folders(At(test), testPrefix).Except(names!)];
        if (direct.Length > 0 || unknown.Length > 0)
        {
            throw new DataException(
                $"'{Path.Combine(root, testPrefix)}' must hold the class folders of '{Path.Combine(root, trainPrefix)}' "
                + $"({List(names!)}); found {(unknown.Length > 0 ? List(unknown) : $"images that are in none, as {direct[0]}")}. "
                + $"Make the folders agree, or give --data '{Path.Combine(root, trainPrefix)}' to divide that folder alone.");
        }

        string ClassOf(string image) =>
            FirstFolder(image, image.StartsWith(trainPrefix, StringComparison.Ordinal) ? trainPrefix : testPrefix);
        return Make(items, test.Length, (LabelsOf(At(items), ClassOf, names!), names));
    }

    private FolderSource Make(int[]? items, int tests, (IReadOnlyList<int>? Labels, string[]? Names) labelled) =>
        new(
            labelled.Labels is null ? "unlabelled images" : "class folders", root, images, items, tests, labelled.Labels, labelled.Names)
        {
            Notices = notices,
        };

    /// <summary>Labels by class folder, in ordinal order of their names; null where there are not at least two.</summary>
    private (IReadOnlyList<int>? Labels, string[]? Names) Label(string prefix, IReadOnlyList<string> images)
    {
        if (!Labelled)
            return default;
        string[] classes = Folders(images, prefix);
        if (Asks && classes.Length > 0 && AreNoClasses(prefix, images, classes))
            return default;
        string[] direct = [.. images.Where(image => IsDirectly(image, prefix))];
        if (classes.Length > 0 && direct.Length > 0)
        {
            throw new DataException(
                $"The folder '{Path.Combine(root, prefix)}' holds both {direct.Length} images (as {direct[0]}) and the folders "
                + $"{List(classes)}; expected either class folders or images. Give --labels none to take all as images without labels, or "
                + "move the images into class folders.");
        }

        if (classes.Length < 2)
            return default;
        if (Asks)
            RequireNoDomains(prefix, images, classes);
        return (LabelsOf(images, image => FirstFolder(image, prefix), classes), classes);
    }

    private bool AreNoClasses(string prefix, IReadOnlyList<string> images, string[] classes)
    {
        string above = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(root, prefix))));
        if (DateFolders.Are(classes, above))
        {
            notices.Add($"The folders {List(classes)} are dates or a camera's, so the images are taken without labels. "
                + "To take the folders as classes, give --labels folders.");
            return true;
        }

        if (images.Count >= FewInAClass * classes.Length || images.Any(image => IsDirectly(image, prefix)))
            return false;
        notices.Add($"Of the {classes.Length} folders {List(classes)} most hold a single image, so the images are taken without labels. "
            + "To take the folders as classes, give --labels folders.");
        return true;
    }

    // The same folders in every folder: one level is the classes, and the names do not say which.
    private void RequireNoDomains(string prefix, IReadOnlyList<string> images, string[] classes)
    {
        if (images.Any(image => IsDirectly(image, prefix + FirstFolder(image, prefix) + "/")))
            return;
        Dictionary<string, HashSet<string>> inner = classes.ToDictionary(name => name, _ => new HashSet<string>());
        foreach (string image in images)
        {
            string name = FirstFolder(image, prefix);
            inner[name].Add(FirstFolder(image, $"{prefix}{name}/"));
        }

        HashSet<string> shared = [.. inner[classes[0]]], all = [.. shared];
        foreach (string name in classes.Skip(1))
        {
            shared.IntersectWith(inner[name]);
            all.UnionWith(inner[name]);
        }

        if (shared.Count < 2 || shared.Count < 0.8 * all.Count || DateFolders.Are(all, ""))
            return;
        string folder = Path.Combine(root, prefix.TrimEnd('/'));
        throw new DataException(
            $"The folders {List(classes)} in '{folder}' all hold the same folders, {List([.. shared.Order(StringComparer.Ordinal)])}, so "
            + $"either may be the classes. Give --data 'domains:{folder}' to take the inner ones as classes and the outer ones as domains, "
            + "--labels folders to take the outer ones, or --labels none for neither.");
    }

    private static LabelRuns LabelsOf(IEnumerable<string> images, Func<string, string> classOf, string[] classes)
    {
        Dictionary<string, int> labels = classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return new LabelRuns(images.Select(image => labels[classOf(image)]));
    }

    /// <summary>The part of the path that all images share, as long as no image lies in it directly.</summary>
    private string Descend()
    {
        string prefix = "";
        while (!images.Any(image => IsDirectly(image, prefix)) && Folders(images, prefix) is [var single])
        {
            prefix += single + "/";
        }

        return prefix;
    }

    // Which of the images lie below a folder: in ordinal order these stand together.
    private int[] Below(string prefix)
    {
        int from = 0;
        for (int to = images.Count; from < to;)
        {
            int middle = from + ((to - from) / 2);
            if (string.CompareOrdinal(images[middle], prefix) < 0)
                from = middle + 1;
            else
                to = middle;
        }

        return
        [
            .. Enumerable.Range(from, images.Count - from).TakeWhile(i => images[i].StartsWith(prefix, StringComparison.Ordinal)),
        ];
    }

    private LazyList<string> At(int[] items) => new(items.Length, i => images[items[i]]);

    private static bool IsDirectly(string image, string prefix) => image.IndexOf('/', prefix.Length) < 0;

    private static string FirstFolder(string image, string prefix) => image[prefix.Length..image.IndexOf('/', prefix.Length)];

    private static string[] Folders(IEnumerable<string> images, string prefix)
    {
        string[] names = [.. images.Where(image => !IsDirectly(image, prefix)).Select(image => FirstFolder(image, prefix)).Distinct()];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    private static string List(string[] names) =>
        string.Join(", ", names.Take(5).Select(name => $"{name}/")) + (names.Length > 5 ? $" and {names.Length - 5} more" : "");
}
