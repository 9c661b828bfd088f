using System.Text.RegularExpressions;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Which images of a source belong together, so that no two of a group come into different parts.</summary>
/// <param name="Of">The group of each item; items of equal numbers belong together.</param>
/// <param name="Names">What groups of several items are called, by their number.</param>
/// <param name="Notices">What to tell people.</param>
internal sealed record Grouping(int[] Of, IReadOnlyDictionary<int, string> Names, IReadOnlyList<string> Notices)
{
    private const string ByName = "name:";
    private const int FewestGroups = 4;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(1);

    /// <summary>Finds the groups that options ask for.</summary>
    /// <param name="source">The source.</param>
    /// <param name="options">How images are grouped.</param>
    /// <param name="root">The folder of the source's paths; null where it has none.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The groups; null where every image stands alone.</returns>
    public static Grouping? Find(
        ImageSource source, DataOptions options, string? root, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        if (options.Division == DivisionRule.Earlier)
            return null;
        int count = source.PoolCount + source.TestCount;
        var notices = new List<string>();
        var joined = new DisjointSets(count);
        string?[] keys = options.GroupBy is { } rule ? Keys(source, rule, root, notices) : new string?[count];
        joined.Join(keys);
        IReadOnlyList<UInt128>? contents = options.Duplicates == DuplicateRule.Together ? source.Contents(progress, cancel) : null;
        int equal = contents is null ? 0 : joined.Join(contents);
        if (equal > 0)
        {
            notices.Add($"{equal} images are equal to another one. Equal images are kept in one part; 'lethe data check' lists them.");
        }

        // Where all but a few are equal, nothing could be divided; what it is worth has been said.
        if (options.GroupBy is null && Enumerable.Range(0, source.PoolCount).Select(joined.Find).Distinct().Take(FewestGroups).Count() < FewestGroups)
            return new Grouping([.. Enumerable.Range(0, count)], new Dictionary<int, string>(), notices.Count == 0 ? [] :
                [$"{equal} images are equal to another one, so that there are too few different ones to keep equal images in one part."]);
        int[] groups = [.. Enumerable.Range(0, count).Select(joined.Find)];
        ILookup<int, int> members = Enumerable.Range(0, count).ToLookup(item => groups[item]);
        Dictionary<int, string> names = members.Where(group => group.Skip(1).Any()).ToDictionary(
            group => group.Key, group => group.Select(item => keys[item]).FirstOrDefault(key => key is not null) ?? $"equal-{group.Key}");
        return names.Count == 0 ? null : new Grouping(groups, names, notices);
    }

    private static string?[] Keys(ImageSource source, string rule, string? root, List<string> notices)
    {
        if (!rule.StartsWith(ByName, StringComparison.Ordinal) && rule != "folder")
        {
            if (!File.Exists(rule))
                throw new InvalidOptionException(
                    $"--group-by '{rule}' is no file. Give folder, name:REGEX as 'name:(clip\\d+)', or a table (.csv or .tsv).");
            (string?[] values, IReadOnlyList<string> told) = ImageTable.Read(rule, "--group-by", ImageTable.GroupColumns, source, root);
            notices.AddRange(told);
            return values;
        }

        IReadOnlyList<string> paths = source.Paths ?? throw new InvalidOptionException(
            $"--group-by {rule}: the images of this source ({source.Kind}) have no paths. Give a table of numbers, from 0, and groups.");
        string?[] keys = rule == "folder" ? [.. paths.Select(path => Path.GetDirectoryName(path)!.Replace('\\', '/'))] : Matches(rule, paths);
        if (keys.All(key => key is null))
            throw new DataException($"--group-by {rule} matches none of the paths, as {paths[0]}. Change the expression.");
        return keys;
    }

    private static string?[] Matches(string rule, IReadOnlyList<string> paths)
    {
        try
        {
            var pattern = new Regex(rule[ByName.Length..], RegexOptions.CultureInvariant, patience);
            return [.. paths.Select(path => pattern.Match(path)).Select(match => match.Success ? match.Groups[match.Groups.Count > 1 ? 1 : 0].Value : null)];
        }
        catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
        {
            throw new InvalidOptionException($"--group-by {rule} is no expression that can be used: {error.Message}");
        }
    }
}
