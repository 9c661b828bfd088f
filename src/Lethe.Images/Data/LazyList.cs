using System.Collections;

namespace Lethe.Data;

/// <summary>A list that keeps nothing: each entry is made when it is asked for.</summary>
/// <param name="count">How many there are.</param>
/// <param name="at">Makes one, from 0; called from any thread.</param>
internal sealed class LazyList<T>(int count, Func<int, T> at) : IReadOnlyList<T>
{
    public int Count => count;

    public T this[int index] => (uint)index < (uint)count ? at(index) : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < count; i++)
            yield return at(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
