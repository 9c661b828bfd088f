using System.Text.RegularExpressions;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Which images of a source belong together, so that no two of a group come into different parts.</summary>
/// <param name="Of">The group of each item; items of equal numbers belong together. Null where each stands alone.</param>
/// <param name="Names">What groups of several items are called, by their number.</param>
/// <param name="Notices">What to tell people.</param>
internal sealed record Grouping(int[]? Of, IReadOnlyDictionary<int, string> Names, IReadOnlyList<string> Notices)
{
    private const string ByName = "name:";
    private const int FewestGroups = 4;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(1);

    /// <summary>Finds the groups that options ask for.</summary>
    /// <param name="source">The source.</param>
    /// <param name="options">How images are grouped.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The groups; null where every image stands alone.</returns>
    public static Grouping? Find(
        ImageSource source, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        if (options.Division == DivisionRule.Earlier)
            return null;
        int count = source.PoolCount + source.TestCount;
        var notices = new List<string>();
        string?[]? keys = options.GroupBy is { } rule ? Keys(source, rule, notices) : null;
        IReadOnlyList<UInt128>? contents = options.Duplicates == DuplicateRule.Ignore ? null : source.Contents(progress, cancel);
        if (contents is null && options.Duplicates == DuplicateRule.Together && source.Root is not null)
        {
            notices.Add($"{count} files are too many to look for equal ones, so equal images may come into different parts.");
            if (keys is null)
                return new Grouping(null, new Dictionary<int, string>(), notices);
        }

        var joined = new DisjointSets(count);
        if (keys is not null)
            joined.Join(keys);
        int before = joined.Count();
        if (contents is not null)
            joined.Join(contents);
        int equal = before - joined.Count(), near = 0;
        if (options.Duplicates == DuplicateRule.Near)
        {
            ImageScan scan = ImageScan.Of(source, options, progress, cancel);
            scan.JoinEqual(joined, null);
            equal = before - joined.Count();
            scan.JoinNear(joined, progress, cancel);
            near = before - joined.Count() - equal;
        }

        if (equal + near > 0)
        {
            string which = near == 0 ? $"Equal to another image: {equal}" : equal == 0 ? $"Nearly equal to another image: {near}"
                : $"Equal to another image: {equal}; nearly equal: {near}";
            notices.Add($"{which}. They are kept in one part with it; 'lethe data check' lists them.");
        }

        // Where all but a few are equal, nothing could be divided; what it is worth has been said.
        if (options.GroupBy is null && joined.CountUpTo(FewestGroups, source.PoolCount) < FewestGroups)
        {
            return new Grouping([.. Enumerable.Range(0, count)], new Dictionary<int, string>(), equal + near == 0 ? notices :
                [$"Equal to another image: {equal + near}. Too few are different to keep equal ones in one part."]);
        }

        int[] groups = [.. Enumerable.Range(0, count).Select(joined.Find)];
        var members = new GroupMembers([.. Enumerable.Range(0, count)], groups);
        Dictionary<int, string> names = members.Groups.Where(group => members[group].Count > 1).ToDictionary(
            group => group, group => members[group].Select(item => keys?[item]).FirstOrDefault(key => key is not null) ?? $"equal-{group}");
        return names.Count == 0 && notices.Count == 0 ? null : new Grouping(groups, names, notices);
    }

    private static string?[] Keys(ImageSource source, string rule, List<string> notices)
    {
        if (!rule.StartsWith(ByName, StringComparison.Ordinal) && rule != "folder")
        {
            if (!File.Exists(rule))
                throw new InvalidOptionException(
                    $"--group-by '{rule}' is no file. Give folder, name:REGEX as 'name:(clip\\d+)', or a table (.csv or .tsv).");
            (string?[] values, IReadOnlyList<string> told) = ImageTable.Read(rule, "--group-by", ImageTable.GroupColumns, source);
            notices.AddRange(told);
            return values;
        }

        IReadOnlyList<string> paths = source.Paths ?? throw new InvalidOptionException(
            $"--group-by {rule}: the images of this source ({source.Kind}) have no paths. Give a table of numbers, from 0, and groups.");
        string?[] keys = rule == "folder"
            ? [.. paths.Select(path => Path.GetDirectoryName(path)!.Replace('\\', '/'))]
            : Matches(rule, paths);
        if (keys.All(key => key is null))
            throw new DataException($"--group-by {rule} matches none of the paths, as {paths[0]}. Change the expression.");
        return keys;
    }

    private static string?[] Matches(string rule, IReadOnlyList<string> paths)
    {
        try
        {
            var pattern = new Regex(rule[ByName.Length..], RegexOptions.CultureInvariant, patience);
            return
            [
                .. paths.Select(path => pattern.Match(path))
                    .Select(match => match.Success ? match.Groups[match.Groups.Count > 1 ? 1 : 0].Value : null),
            ];
        }
        catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
        {
            throw new InvalidOptionException($"--group-by {rule} is no expression that can be used: {error.Message}");
        }
    }
}
