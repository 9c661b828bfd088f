namespace Lethe.Data;

/// <summary>The items of each group, in a given order: a few bytes an item, since of most images each is a group of its own.</summary>
internal sealed class GroupMembers
{
    private readonly int[] items, ends;

    /// <summary>Sorts items by their groups.</summary>
    /// <param name="order">The items.</param>
    /// <param name="groups">The group of each item, from 0.</param>
    public GroupMembers(IReadOnlyList<int> order, int[] groups)
    {
        ends = new int[groups.Length == 0 ? 0 : groups.Max() + 1];
        foreach (int item in order)
            ends[groups[item]]++;
        for (int group = 1; group < ends.Length; group++)
            ends[group] += ends[group - 1];

        // From the last item to the first, each goes to the end of what is left of its group's place, which so becomes its beginning.
        items = new int[order.Count];
        for (int i = order.Count - 1; i >= 0; i--)
            items[--ends[groups[order[i]]]] = order[i];
        for (int group = 1; group < ends.Length; group++)
            ends[group - 1] = ends[group];
        if (ends.Length > 0)
            ends[^1] = items.Length;
    }

    /// <summary>One more than the largest number of a group.</summary>
    public int End => ends.Length;

    /// <summary>Groups that have an item.</summary>
    public IEnumerable<int> Groups => Enumerable.Range(0, ends.Length).Where(group => Begin(group) < ends[group]);

    /// <summary>The items of a group, in the order.</summary>
    public ArraySegment<int> this[int group] => new(items, Begin(group), ends[group] - Begin(group));

    private int Begin(int group) => group == 0 ? 0 : ends[group - 1];
}
