using System.Collections;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// Draws parts of items: each class in its share (largest remainders), groups whole. In a fixed order of all items, test takes from the
/// front and probe from the back, so that the size of one does not move the other; a group is taken where it brings a part closer to its
/// shares, at the place of its first item.
/// </summary>
/// <param name="order">All items, shuffled.</param>
/// <param name="groups">The group of each item; null where each stands alone.</param>
/// <param name="labels">The class of each item; null where there are no classes.</param>
/// <param name="classes">How many classes there are.</param>
internal sealed class PartDraw(int[] order, int[]? groups, IReadOnlyList<int>? labels, int classes)
{
    private const byte InTest = 1, InProbe = 2, InSealed = 3;

    private readonly Dictionary<int, byte> taken = [];
    private readonly GroupMembers? members = groups is null ? null : new GroupMembers(order, groups);

    public int[] Train => [.. order.Where(item => !taken.ContainsKey(item))];

    public int[] Probe => [.. order.Where(item => taken.GetValueOrDefault(item) == InProbe)];

    public int[] Test => [.. order.Where(item => taken.GetValueOrDefault(item) == InTest)];

    public int[] Sealed => [.. order.Where(item => taken.GetValueOrDefault(item) == InSealed)];

    /// <summary>Draws test and probe.</summary>
    /// <param name="test">How many images are to be in test; 0 for none.</param>
    /// <param name="probe">How many in probe; 0 for none.</param>
    /// <param name="mostTest">How many there may be where that is what it needs for one of each class.</param>
    /// <param name="mostProbe">The same of probe.</param>
    /// <exception cref="DataException">All images are one group.</exception>
    public void Take(int test, int probe, int mostTest, int mostProbe)
    {
        int[] counts = Count(order), sets = Sets();
        int[] Least(int needed, int more) => [.. sets.Select(have => have < needed ? 0 : have > needed ? 1 + more : 1)];
        if (members is not null && members.Groups.Take(3).Count() is var few && few < (test > 0 ? 2 : 1) + (probe > 0 ? 1 : 0))
            throw new DataException($"All images are in {few} groups that are to stay whole; every part needs one of its own. "
                + "Group by something finer.");

        // A class of one image is trained on; of two, one is tested on (or, where others test, probed with); of three each part has one.
        // A linear probe is chosen by a part of its own images, so that it takes two of a class that can spare them.
        int third = order.Length / 3, parts = test == 0 ? 1 : 2;
        int[] forTest = test == 0 ? new int[counts.Length] : Shares(counts, test, Math.Min(mostTest, third), Least(2, 0));
        int[] forProbe = probe == 0 ? new int[counts.Length] : Shares(counts, probe, Math.Min(mostProbe, third), Least(parts + 1, 1));
        Fill(order, forTest, InTest);
        Fill([.. order.Reverse()], forProbe, InProbe);
        Need(test, InTest);
        Need(probe, InProbe);
    }

    /// <summary>Sets some of what is left to train on aside, each class in its share: test and probe stay as they are.</summary>
    public void Seal(int count)
    {
        int[] counts = Count(Train);
        Fill(order, Shares(counts, count, count, [.. counts.Select(have => have > 2 ? 1 : 0)]), InSealed);
    }

    /// <summary>So many items with each class in its share, in the order.</summary>
    public int[] First(int count)
    {
        int[] counts = Count(order);
        Fill(order, Shares(counts, count, count, [.. counts.Select(have => Math.Min(have, 1))]), InTest, left: 0);
        return Test;
    }

    private int LabelOf(int item) => labels is null ? 0 : labels[item];

    private int[] Count(IEnumerable<int> items)
    {
        int[] counts = new int[labels is null ? 1 : classes];
        foreach (int item in items)
            counts[LabelOf(item)]++;
        return counts;
    }

    // Of each class, how many groups have it: so many parts it can be in.
    private int[] Sets()
    {
        if (members is null)
            return Count(order);
        int[] sets = new int[labels is null ? 1 : classes];
        foreach (int group in members.Groups)
        {
            foreach (int label in members[group].Select(LabelOf).Distinct())
                sets[label]++;
        }

        return sets;
    }

    /// <summary>How many of each class make a part: what each needs at least, as far as that goes; the rest in their shares.</summary>
    private static int[] Shares(int[] counts, int size, int most, int[] least)
    {
        int[] shares = new int[counts.Length];
        int[] able = [.. Enumerable.Range(0, counts.Length).Where(label => least[label] > 0).OrderByDescending(label => counts[label])];
        int all = able.Sum(label => counts[label]);
        size = Math.Min(Math.Max(size, Math.Min(able.Length, most)), all);
        for (int given = 1, left = size; given <= least.Max(); given++)
        {
            foreach (int label in able.Where(label => least[label] >= given).Take(left))
            {
                shares[label]++;
                left--;
            }
        }

        double[] due =
        [
            .. counts.Select((count, label) => shares[label] == 0 ? 0 : Math.Max(0, ((double)size * count / all) - shares[label])),
        ];
        (int rest, double total) = (size - shares.Sum(), due.Sum());
        if (rest == 0 || total == 0)
            return shares;
        double[] exact = [.. due.Select(part => rest * part / total)];
        for (int label = 0; label < shares.Length; label++)
            shares[label] += (int)exact[label];
        foreach (int label in able.OrderByDescending(label => exact[label] - (int)exact[label]).ThenBy(label => label)
            .Take(size - shares.Sum()).ToArray())
            shares[label]++;
        return shares;
    }

    // So many items at least are left.
    private void Fill(int[] from, int[] shares, byte part, int left = 2)
    {
        int wanted = shares.Sum();
        BitArray? seen = members is null ? null : new BitArray(members.End); // groups that were looked at
        foreach (int item in from)
        {
            if (wanted <= 0)
                return;
            if (taken.ContainsKey(item) || seen?[groups![item]] == true)
                continue;
            seen?.Set(groups![item], true);
            IEnumerable<int> group = members is null ? [item] : members[groups![item]];
            int size = 0, gain = 0;
            foreach ((int label, int count) in group.CountBy(LabelOf))
            {
                int wantedHere = Math.Max(0, Math.Min(count, shares[label]));
                gain += wantedHere - (count - wantedHere);
                size += count;
            }

            if (gain <= 0 || order.Length - taken.Count - size < left)
                continue;
            foreach (int member in group)
            {
                taken[member] = part;
                shares[LabelOf(member)]--;
            }

            wanted = shares.Sum(share => Math.Max(0, share));
        }
    }

    // Where every group is too large for a part, it has the smallest one.
    private void Need(int wanted, byte part)
    {
        if (wanted == 0 || taken.ContainsValue(part) || members is null)
            return;

        // Of equally small ones the first in the order.
        ArraySegment<int>[] free = [.. order.Select(item => groups![item]).Distinct().Select(group => members[group]).Where(
            group => !taken.ContainsKey(group[0]))];
        ArraySegment<int> smallest = free.Length == 0 ? default : free.MinBy(group => group.Count);
        if (smallest.Count == 0 || order.Length - taken.Count - smallest.Count < 2)
            throw new DataException("The groups that are to stay whole are too large to divide the images. Group by something finer.");
        foreach (int member in smallest)
            taken[member] = part;
    }
}
