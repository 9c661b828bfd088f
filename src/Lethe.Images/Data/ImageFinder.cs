using System.Globalization;

namespace Lethe.Data;

/// <summary>Finds the image that a row of a table means.</summary>
/// <param name="paths">Paths of the source; null where its images have numbers only.</param>
/// <param name="count">How many images there are.</param>
/// <param name="root">The folder that the paths are relative to; null where there is none.</param>
/// <param name="tableFolder">The folder that the table lies in.</param>
internal sealed class ImageFinder(IReadOnlyList<string>? paths, int count, string? root, string tableFolder)
{
    private const int Several = -1;

    private readonly Dictionary<string, int> exact = Index(paths, path => path);
    private readonly Dictionary<string, int> unended = Index(paths, WithoutEnding);
    private readonly Dictionary<string, int> names = Index(paths, path => Path.GetFileName(path));
    private readonly Dictionary<string, int> unendedNames = Index(paths, path => Path.GetFileNameWithoutExtension(path));

    /// <summary>What an image is called.</summary>
    public string Name(int item) => paths?[item] ?? item.ToString(CultureInfo.InvariantCulture);

    /// <summary>The image; null where there is none, or several may be meant.</summary>
    /// <param name="key">
    /// A path relative to the source or to the table, a full path, a file's name alone where one image has it; or a number.
    /// </param>
    public int? Find(string key)
    {
        if (paths is null || (count > 0 && paths[0].EndsWith("#0", StringComparison.Ordinal)))
        {
            string number = key[(key.LastIndexOf('#') + 1)..];
            return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int item) && item < count ? item : null;
        }

        // A name may hold what in other tables stands between folders.
        if (Known(exact, key) is { } known)
            return known;
        string path = key.Replace('\\', '/');
        while (path.StartsWith("./", StringComparison.Ordinal))
            path = path[2..];
        if (path.Length == 0 || path.Contains('\0'))
            return null;
        string beside = root is null ? path : Path.GetRelativePath(root, Path.GetFullPath(path, tableFolder)).Replace('\\', '/');
        return Known(exact, path) ?? Known(exact, beside) ?? Known(unended, path) ?? Known(unended, beside)
            ?? Ending(names, path, Path.GetFileName(path)) ?? Ending(unendedNames, path, Path.GetFileName(path)) ?? OfStack(path);
    }

    // Images of a stack are called by its name and their number.
    private int? OfStack(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int item) && item < count
        && paths![item].EndsWith($"#{number}", StringComparison.Ordinal) ? item : null;

    private static int? Known(Dictionary<string, int> index, string path) =>
        index.TryGetValue(path, out int item) && item != Several ? item : null;

    // A table may say more of the path than the source, or less; what both say must agree.
    private int? Ending(Dictionary<string, int> index, string path, string name)
    {
        if (Known(index, name) is not { } item)
            return null;
        string[] said = path.Split('/'), own = paths![item].Split('/');
        for (int i = 2; i <= Math.Min(said.Length, own.Length); i++)
        {
            if (said[^i] != own[^i])
                return null;
        }

        return item;
    }

    private static string WithoutEnding(string path) => path[..^Path.GetExtension(path).Length];

    private static Dictionary<string, int> Index(IReadOnlyList<string>? paths, Func<string, string> keyOf)
    {
        var index = new Dictionary<string, int>();
        for (int item = 0; item < (paths?.Count ?? 0); item++)
        {
            if (!index.TryAdd(keyOf(paths![item]), item))
                index[keyOf(paths[item])] = Several;
        }

        return index;
    }
}
