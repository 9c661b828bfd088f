using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Which items of a source go into which part. The rules are stated at <see cref="DataSources.Open"/>.</summary>
internal sealed record Division(int[] Train, int[] Probe, int[] Test)
{
    // Never changes: the division is the same for all runs, so that runs over seeds compare.
    private const ulong SplitSeed = 0x4C65746865;

    // Of a test part whose other images nobody uses.
    private const int SealedByDefault = 2000;

    /// <summary>Items that nothing reads until they are asked for.</summary>
    public int[] Sealed { get; private init; } = [];

    /// <summary>What to tell people.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Divides a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="options">The sizes of parts, and the rule.</param>
    /// <param name="seed">Decides which images a limit leaves.</param>
    /// <param name="groups">The group of each item; null where each stands alone.</param>
    /// <exception cref="DataException">There are too few images or groups.</exception>
    public static Division Of(ImageSource source, DataOptions options, ulong seed, int[]? groups = null)
    {
        bool ownTest = source.TestCount > 0, earlier = options.Division == DivisionRule.Earlier;
        (int probe, int test) = Sizes(source, options);
        int pool = source.PoolCount;
        if (pool - probe - test < 2)
        {
            bool probes = earlier || source.Labels is not null;
            int least = (probes ? 3 : 2) + (ownTest ? 0 : 1);
            string others = probes ? ownTest ? " and one to probe with" : " and one each to probe and test with"
                : ownTest ? "" : " and one to test with";
            throw new DataException(
                $"'{options.Data}' has {pool} images{(ownTest ? " outside its test part" : "")}; expected at least {least}: two to train on"
                + $"{others}.");
        }

        int[] order = new RandomStream(RandomStream.Derive(SplitSeed, 0)).Permutation(pool);
        int[] testOrder = [.. new RandomStream(RandomStream.Derive(SplitSeed, 1)).Permutation(source.TestCount).Select(i => pool + i)];
        int sealedOfPool = ownTest ? 0 : Math.Min(options.SealedImages ?? 0, Math.Min(pool / 5, pool - probe - test - 2));
        if (earlier || (options.Division == DivisionRule.Random && groups is null))
        {
            int[] tested = ownTest ? [.. testOrder.Take(options.TestImages)] : order[..test];
            return new Division(
                Limited(order[(test + sealedOfPool)..(pool - probe)], options.Limit, seed), order[(pool - probe)..], tested)
            {
                Sealed = ownTest ? OfTestPart(testOrder, tested, null) : order[test..(test + sealedOfPool)],
            };
        }

        IReadOnlyList<int>? labels = options.Division == DivisionRule.Random || !HasClassesToDivide(source) ? null : source.Labels;
        var draw = new PartDraw(order, groups, labels, source.ClassNames?.Count ?? 0);
        draw.Take(test, probe, options.TestImages, options.ProbeImages);
        draw.Seal(sealedOfPool);
        int[] drawn = ownTest
            ? new PartDraw(testOrder, null, labels, source.ClassNames?.Count ?? 0).First(Math.Min(options.TestImages, source.TestCount))
            : draw.Test;
        return new Division(Limited(draw.Train, options.Limit, seed), draw.Probe, drawn)
        {
            Sealed = ownTest ? OfTestPart(testOrder, drawn, labels) : draw.Sealed,
            Notices =
            [
                .. Sentences(source, draw, drawn),
                .. sealedOfPool > 0 && draw.Sealed.Length == 0
                    ? ["No image could be sealed: the groups that are to stay whole are too large."]
                    : Array.Empty<string>(),
            ],
        };

        // What the source's own test part has beyond what is measured, but for what belongs to an image of another part.
        int[] OfTestPart(int[] all, int[] tested, IReadOnlyList<int>? classes)
        {
            HashSet<int> used = groups is null ? [] : [.. order.Concat(tested).Select(item => groups[item])];
            int[] rest = [.. all.Except(tested).Where(item => groups is null || !used.Contains(groups[item]))];
            int count = Math.Min(options.SealedImages ?? SealedByDefault, rest.Length);
            return count == 0 ? [] : new PartDraw(rest, null, classes, source.ClassNames?.Count ?? 0).First(count);
        }
    }

    // Where most images are of classes too small for all parts, shares of classes mean nothing.
    private static bool HasClassesToDivide(ImageSource source) => source.Labels is { } labels && source.PoolCount <= 2 * labels
        .Take(source.PoolCount).CountBy(label => label).Where(count => count.Value > 2).Sum(count => count.Value);

    /// <summary>How many images the parts have that are drawn from the pool.</summary>
    private static (int Probe, int Test) Sizes(ImageSource source, DataOptions options)
    {
        // Of few images a fifth; of many a twentieth says enough of how training goes.
        const int Enough = 50, Share = 20;
        int pool = source.PoolCount, fifth = Math.Max(1, pool / 5);
        bool ownTest = source.TestCount > 0;
        return source.Labels is not null || options.Division != DivisionRule.Stratified
            ? (Math.Min(options.ProbeImages, fifth), ownTest ? 0 : Math.Min(options.TestImages, fifth))
            : (0, ownTest ? 0 : Math.Min(options.TestImages, Math.Min(fifth, Math.Max(Enough, pool / Share))));
    }

    private static IEnumerable<string> Sentences(ImageSource source, PartDraw draw, int[] test)
    {
        if (source.Labels is not { } labels || source.ClassNames is not { } names)
            return [];
        string[] purposes = ["to train on", "to fit probes with", "to measure on"];
        bool[][] has = [.. new[] { draw.Train, draw.Probe, test }.Select(part => Enumerable.Range(0, names.Count)
            .Select(part.Select(item => labels[item]).ToHashSet().Contains).ToArray())];
        return names.Select((name, label) => (name, Lacks: string.Join(" or ", purposes.Where((_, part) => !has[part][label]))))
            .Where(one => one.Lacks.Length > 0).GroupBy(one => one.Lacks, one => one.name).Select(kind => kind.ToArray() is [var only]
                ? $"The class {only} has too few images for all parts: none is left {kind.Key}."
                : $"The classes {Named([.. kind])} have too few images for all parts: none is left {kind.Key}.");
    }

    private static string Named(string[] names) =>
        string.Join(", ", names.Take(5)) + (names.Length > 5 ? $" and {names.Length - 5} more" : "");

    /// <summary>
    /// The first items of the seeded shuffle, in the order that they have without it: all items are the same list for each seed.
    /// </summary>
    private static int[] Limited(int[] items, int limit, ulong seed)
    {
        if (limit == 0 || limit >= items.Length)
            return items;
        int[] places = new RandomStream(RandomStream.Derive(seed, SplitSeed)).Permutation(items.Length)[..limit];
        Array.Sort(places);
        return [.. places.Select(place => items[place])];
    }
}
