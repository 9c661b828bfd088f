using System.Collections;
using System.IO.MemoryMappedFiles;

namespace Lethe.Storage;

/// <summary>
/// Numbers or characters in a file that is mapped: what is looked at is read when it is looked at, and the system takes the room back when
/// it needs it. The mapping ends with the list.
/// </summary>
/// <typeparam name="T">What the file holds one after another, as it lies in memory.</typeparam>
internal sealed unsafe class MappedList<T> : IReadOnlyList<T>
    where T : unmanaged
{
    // Unmapped by its finalizer; so nothing may point into it that does not keep it.
    private readonly MemoryMappedViewAccessor? view;
    private readonly T* start;

    /// <summary>Maps what has been written to a file.</summary>
    /// <param name="stream">The file. It may be closed then; what is written to it later is not in the list.</param>
    /// <exception cref="IOException">It cannot be mapped.</exception>
    public MappedList(FileStream stream)
    {
        stream.Flush();
        Length = stream.Length / sizeof(T);
        if (Length == 0)
            return;
        using var file = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        start = (T*)(view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)view.PointerOffset);
    }

    /// <summary>How many there are.</summary>
    public long Length { get; }

    /// <summary>The same, of those that a list can have.</summary>
    public int Count => checked((int)Length);

    /// <summary>One of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none there.</exception>
    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
            T value = start[index];
            GC.KeepAlive(this);
            return value;
        }
    }

    /// <summary>Some of them where they lie, for as long as the caller keeps the list (<see cref="GC.KeepAlive"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all there.</exception>
    public ReadOnlySpan<T> Slice(long from, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, Length - length);
        return new(start + from, length);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
