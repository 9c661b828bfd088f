using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Which items of a source go into which part. The rule is stated at <see cref="DataSources.Open"/>.</summary>
internal sealed record Division(int[] Train, int[] Probe, int[] Test)
{
    /// <summary>Never changes: the division is the same for all runs, so that runs over seeds compare.</summary>
    private const ulong SplitSeed = 0x4C65746865;

    public static Division Of(ImageSource source, DataOptions options, ulong seed)
    {
        int pool = source.PoolCount;
        int most = Math.Max(1, pool / 5);
        int probe = Math.Min(options.ProbeImages, most);
        bool ownTest = source.TestCount > 0;
        int testFromPool = ownTest ? 0 : Math.Min(options.TestImages, most);
        int train = pool - probe - testFromPool;
        if (train < 2)
        {
            throw new DataException(
                $"'{options.Data}' has {pool} images{(ownTest ? " outside its test part" : "")}; expected at least {(ownTest ? 3 : 4)}: "
                + $"two to train on and one each to probe{(ownTest ? "" : " and test")} with.");
        }

        // Test from the front and probe from the back, so that the size of one does not move the other.
        int[] order = new RandomStream(RandomStream.Derive(SplitSeed, 0)).Permutation(pool);
        int[] test = ownTest
            ?
            [
                .. new RandomStream(RandomStream.Derive(SplitSeed, 1)).Permutation(source.TestCount).Take(options.TestImages)
                    .Select(i => pool + i),
            ]
            : order[..testFromPool];
        return new Division(Limited(order[testFromPool..(pool - probe)], options.Limit, seed), order[(pool - probe)..], test);
    }

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
