using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Lethe.Storage;

/// <summary>
/// A file as read-only memory, whatever its size: what is looked at is read when it is looked at, and the system takes the room back when it needs it.
/// The file stays mapped as long as any memory of it is held, and must not be cut short by others meanwhile; a file put in its place by renaming does no harm.
/// </summary>
internal sealed unsafe class MappedFile
{
    // Memory counts in ints: windows of 2 GiB, one beginning at each GiB, so that a slice of up to 1 GiB lies in one of them whole.
    private const int Shift = 30;

    private readonly MemoryMappedViewAccessor view;
    private readonly Window[] windows;
    private readonly byte* start;

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file, at least one byte long.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public MappedFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        Length = stream.Length;
        using var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        start = pointer + view.PointerOffset;

        // What is acquired would outlive the last user; the view lives as long as its windows as it is.
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        windows = new Window[((Length - 1) >> Shift) + 1];
        for (int i = 0; i < windows.Length; i++)
            windows[i] = new Window(this, (long)i << Shift);
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>A part of the file.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its bytes, at most 1 GiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not within the file.</exception>
    public ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 1 << Shift);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        if (length == 0)
            return default;
        return windows[offset >> Shift].Memory.Slice((int)(offset & ((1 << Shift) - 1)), length);
    }

    private sealed class Window(MappedFile file, long offset) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(file.start + offset, (int)Math.Min(int.MaxValue, file.Length - offset));

        // Mapped memory does not move.
        public override MemoryHandle Pin(int elementIndex = 0) => new(file.start + offset + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
