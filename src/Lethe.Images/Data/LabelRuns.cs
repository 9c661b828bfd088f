using System.Collections;

namespace Lethe.Data;

/// <summary>
/// Labels of images that follow others of their class, as those in class folders do: what is kept is where the label changes, so that the
/// number of images does not matter.
/// </summary>
internal sealed class LabelRuns : IReadOnlyList<int>
{
    private readonly int[] ends, labels;

    /// <summary>Keeps some labels.</summary>
    public LabelRuns(IEnumerable<int> all)
    {
        var (runEnds, runLabels) = (new List<int>(), new List<int>());
        foreach (int label in all)
        {
            if (runLabels.Count == 0 || runLabels[^1] != label)
            {
                runEnds.Add(Count);
                runLabels.Add(label);
            }

            runEnds[^1] = ++Count;
        }

        (ends, labels) = ([.. runEnds], [.. runLabels]);
    }

    public int Count { get; }

    public int this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            int run = Array.BinarySearch(ends, index + 1);
            return labels[run < 0 ? ~run : run];
        }
    }

    public IEnumerator<int> GetEnumerator()
    {
        for (int run = 0, i = 0; run < ends.Length; run++)
        {
            for (; i < ends[run]; i++)
                yield return labels[run];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
