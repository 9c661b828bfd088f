using System.Collections;
using Lethe.Storage;

namespace Lethe.Data;

/// <summary>Paths in ordinal order in a <see cref="ScratchFile"/>, where they take no memory: each is made when it is asked for.</summary>
/// <param name="text">The paths one after another, UTF-16, whose order is the ordinal one.</param>
/// <param name="ends">Where each ends.</param>
internal sealed class ListedPaths(MappedList<char> text, MappedList<long> ends) : IReadOnlyList<string>
{
    public int Count => ends.Count;

    public string this[int index]
    {
        get
        {
            string path = new(Text(index));
            GC.KeepAlive(text);
            return path;
        }
    }

    /// <summary>Ordinal comparison of two of them, without making them.</summary>
    public int Compare(int one, int other)
    {
        int order = Text(one).SequenceCompareTo(Text(other));
        GC.KeepAlive(text);
        return order;
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private ReadOnlySpan<char> Text(int index)
    {
        long begin = index == 0 ? 0 : ends[index - 1];
        return text.Slice(begin, (int)(ends[index] - begin));
    }
}
