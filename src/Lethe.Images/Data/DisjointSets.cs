namespace Lethe.Data;

/// <summary>Sets of items that are joined step by step.</summary>
internal sealed class DisjointSets(int count)
{
    private readonly int[] above = [.. Enumerable.Range(0, count)];

    /// <summary>The least item of the set that an item is in.</summary>
    public int Find(int item)
    {
        while (above[item] != item)
            item = above[item] = above[above[item]];
        return item;
    }

    /// <summary>Makes one set of the sets of two items.</summary>
    /// <returns>Whether they were two.</returns>
    public bool Join(int one, int other)
    {
        (int a, int b) = (Find(one), Find(other));
        above[Math.Max(a, b)] = Math.Min(a, b);
        return a != b;
    }

    /// <summary>How many sets there are.</summary>
    public int Count() => above.Index().Count(entry => entry.Item == entry.Index);

    /// <summary>How many sets the first items are in, counted no further than asked.</summary>
    public int CountUpTo(int most, int items) => Enumerable.Range(0, items).Select(Find).Distinct().Take(most).Count();

    /// <summary>Joins all items of equal keys; a key that is null joins nothing.</summary>
    public void Join<TKey>(IReadOnlyList<TKey> keys)
    {
        var first = new Dictionary<object, int>();
        for (int item = 0; item < keys.Count; item++)
        {
            if (keys[item] is not { } key || first.TryAdd(key, item))
                continue;
            Join(first[key], item);
        }
    }

    /// <summary>The same of numbers, of which there may be millions: in order, so that equal ones stand side by side.</summary>
    public void Join(UInt128[] keys)
    {
        int[] items = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort([.. keys], items);
        for (int i = 1; i < items.Length; i++)
        {
            if (keys[items[i]] == keys[items[i - 1]])
                Join(items[i], items[i - 1]);
        }
    }
}
