using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Looks at every image of a source: what cannot be read, what is peculiar, what is there twice.</summary>
internal static class DataCheck
{
    private static readonly string[] parts = ["train", "probe", "test"];

    /// <summary>Checks a source.</summary>
    /// <param name="options">Which images, and how they are divided; a limit does not count.</param>
    /// <param name="progress">Told how far it is, from several threads.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="LetheException">The source cannot be opened or divided.</exception>
    public static DataCheckResult Run(DataOptions options, IProgress<DataProgress>? progress = null, CancellationToken cancel = default)
    {
        DividedSource divided = DataSources.Parts(options with { Limit = 0, Cache = null }, 0, progress, cancel);
        ImageSource source = divided.Source;
        int count = source.PoolCount + source.TestCount;
        string[] part = Parts(divided.Division, count);
        ImageScan scan = ImageScan.Of(source, options, progress, cancel);
        IReadOnlyList<ImageFacts?> facts = scan.Facts;
        var joined = new DisjointSets(count);
        scan.JoinEqual(joined, source.Contents(progress, cancel));
        int[] sets = [.. Enumerable.Range(0, count).Select(joined.Find)];
        scan.JoinNear(joined, progress, cancel);
        DuplicateGroup[] groups =
        [
            .. Enumerable.Range(0, count).Where(item => facts[item] is not null).GroupBy(joined.Find).Where(group => group.Skip(1).Any())
                .Select(group => new DuplicateGroup(
                    group.Select(item => sets[item]).Distinct().Count() == 1,
                    [.. group.Select(item => new DuplicateGroup.Member(Name(source, item), part[item], Label(source, item)))]))
                .OrderByDescending(group => group.CrossesTest).ThenByDescending(group => group.Disagrees && group.AreEqual)
                .ThenByDescending(group => group.AreEqual).ThenByDescending(group => group.Members.Count),
        ];
        int[][] classes = [.. parts.Select(wanted => Count(source, part, facts, wanted))];
        DataCheckResult result = new()
        {
            Source = options.Data,
            Kind = source.Kind,
            Parts =
            [
                .. parts
                    .Select(name => (name, part.Index().Count(one => one.Item == name && facts[one.Index] is not null))),
            ],
            Images = [.. facts.OfType<ImageFacts>()],
            Unreadable =
            [
                .. Enumerable.Range(0, count).Where(item => scan.Reasons[item] is not null).GroupBy(item => scan.Reasons[item]!)
                    .Select(kind => new IgnoredFiles(kind.Key, kind.Count(), Name(source, kind.First()), null))
                    .OrderByDescending(kind => kind.Count).ThenBy(kind => kind.Reason, StringComparer.Ordinal),
            ],
            Classes =
                [.. (source.ClassNames ?? []).Select((name, i) => new ClassCount(name, classes[0][i], classes[1][i], classes[2][i]))],
            Notices = [.. source.Notices, .. divided.Groups?.Notices ?? [], .. divided.Division.Notices],
            Groups = groups,
            Peculiar =
            [
                .. Kinds().Select(kind => (kind.What, Items: Enumerable.Range(0, count)
                        .Where(item => facts[item] is { } fact && kind.Is(fact)).ToArray()))
                    .Where(kind => kind.Items.Length > 0).Select(kind => (kind.What, kind.Items.Length, Name(source, kind.Items[0]))),
            ],
            Warnings = [],
        };
        return result with { Warnings = [.. CheckVerdict.Of(result)] };
    }

    private static IEnumerable<(string What, Func<ImageFacts, bool> Is)> Kinds() =>
    [
        ("are of one colour", fact => fact.IsConstant),
        ("have a side of less than 16 pixels", fact => fact.IsTiny),
        ("are more than three times as long as wide, or the reverse", fact => fact.IsElongated),
    ];

    private static string[] Parts(Division division, int count)
    {
        string[] part = new string[count];
        Array.Fill(part, "unused");
        foreach ((int[] items, string name) in new[] { (division.Train, "train"), (division.Probe, "probe"), (division.Test, "test") })
        {
            foreach (int item in items)
                part[item] = name;
        }

        return part;
    }

    private static int[] Count(ImageSource source, string[] part, IReadOnlyList<ImageFacts?> facts, string wanted)
    {
        int[] counts = new int[source.ClassNames?.Count ?? 0];
        for (int item = 0; item < (source.Labels is null ? 0 : part.Length); item++)
        {
            if (part[item] == wanted && facts[item] is not null)
                counts[source.Labels![item]]++;
        }

        return counts;
    }

    private static string Name(ImageSource source, int item) =>
        source.Paths?[item] ?? item.ToString(CultureInfo.InvariantCulture);

    private static string? Label(ImageSource source, int item) => source.Labels is { } labels ? source.ClassNames![labels[item]] : null;
}
