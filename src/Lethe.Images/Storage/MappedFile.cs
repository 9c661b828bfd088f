using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Lethe.Storage;

/// <summary>
/// A file as read-only memory, whatever its size: what is looked at is read when it is looked at, and the system takes the room back when
/// it needs it.
/// </summary>
/// <remarks>
/// A file stays mapped until the process ends, since nothing can tell when the last span of it is gone. That costs addresses, of which
/// there are plenty, no memory, and a file is mapped once however often it is opened. A file put in its place by renaming is another one
/// and does no harm; the old one's room on the disk is free when the process ends. The file must not be cut short by others meanwhile.
/// </remarks>
internal sealed unsafe class MappedFile
{
    // Memory counts in ints: windows of 2 GiB, one beginning at each GiB, so that a slice of up to 1 GiB lies in one of them whole.
    private const int Shift = 30;

    private static readonly Dictionary<FileIdentity, MappedFile> Mapped = [];

    private readonly Window[] windows;
    private readonly byte* start;

    private MappedFile(FileStream stream)
    {
        Length = stream.Length;
        using var file = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* pointer = null;

        // Never released: not even a finalizer can end the mapping then.
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        start = pointer + view.PointerOffset;
        windows = new Window[((Length - 1) >> Shift) + 1];
        for (int i = 0; i < windows.Length; i++)
            windows[i] = new Window(start + ((long)i << Shift), (int)Math.Min(int.MaxValue, Length - ((long)i << Shift)));
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Maps a file, or finds it mapped.</summary>
    /// <param name="path">The file, at least one byte long.</param>
    /// <returns>The file that has this name now.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        var identity = FileIdentity.Of(stream);
        lock (Mapped)
        {
            if (!Mapped.TryGetValue(identity, out MappedFile? file))
                Mapped[identity] = file = new MappedFile(stream);
            return file;
        }
    }

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

    private sealed class Window(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        // Mapped memory does not move.
        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
