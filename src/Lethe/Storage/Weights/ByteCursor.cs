using System.Buffers.Binary;
using System.Text;
using Lethe.Runtime;

namespace Lethe.Storage.Weights;

/// <summary>Reads a part of a file from front to back, and never beyond its end.</summary>
internal sealed class ByteCursor
{
    private readonly FileStream stream;
    private readonly byte[] buffer;
    private readonly long end;
    private long start;
    private int filled;
    private int next;

    /// <summary>Begins at a place.</summary>
    /// <param name="stream">The file, with its own place left to this reader.</param>
    /// <param name="begin">The first byte.</param>
    /// <param name="end">One after the last byte.</param>
    /// <param name="ahead">Bytes that are read at once.</param>
    public ByteCursor(FileStream stream, long begin, long end, int ahead = 1 << 14)
    {
        buffer = new byte[ahead];
        this.stream = stream;
        this.end = Math.Min(end, stream.Length);
        start = begin;
    }

    /// <summary>The place of the next byte in the file; may be set within the part.</summary>
    /// <exception cref="RunException">Set beyond the end.</exception>
    public long Position
    {
        get => start + next;
        set
        {
            if (value < 0 || value > end)
                throw Damaged($"it ends at byte {end}, where byte {value} was expected");
            if (value >= start && value <= start + filled)
                next = (int)(value - start);
            else
                (start, filled, next) = (value, 0, 0);
        }
    }

    /// <summary>Bytes up to the end.</summary>
    public long Left => end - Position;

    /// <summary>The next byte.</summary>
    public byte Next()
    {
        if (next == filled)
            Fill();
        return buffer[next++];
    }

    /// <summary>The next bytes, as many as fit.</summary>
    /// <param name="bytes">Where they go.</param>
    public void Read(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (next == filled)
                Fill();
            int count = Math.Min(bytes.Length, filled - next);
            buffer.AsSpan(next, count).CopyTo(bytes);
            next += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Goes on by some bytes.</summary>
    /// <param name="count">At least 0.</param>
    public void Skip(long count)
    {
        if (count < 0 || count > Left)
            throw Damaged($"it ends at byte {end}, and {count} bytes were expected after byte {Position}");
        Position += count;
    }

    /// <summary>A little-endian number of two bytes.</summary>
    public ushort ReadUInt16()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        Read(bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    /// <summary>A little-endian number of four bytes.</summary>
    public int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        Read(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    /// <summary>A little-endian number of eight bytes.</summary>
    public long ReadInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Read(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>Text of some bytes.</summary>
    /// <param name="count">Bytes.</param>
    /// <param name="encoding">Their encoding.</param>
    public string ReadText(int count, Encoding encoding)
    {
        if (count < 0 || count > Left)
            throw Damaged($"it ends at byte {end}, and a text of {count} bytes was expected after byte {Position}");
        byte[] bytes = new byte[count];
        Read(bytes);
        return encoding.GetString(bytes);
    }

    /// <summary>The error of a file that is not what its format says.</summary>
    /// <param name="what">What is wrong.</param>
    public RunException Damaged(string what) => new(
        $"{stream.Name} is truncated or damaged: {what}. Download it again from its source, and compare its size with the one shown "
        + "there.");

    private void Fill()
    {
        start += next;
        next = 0;
        stream.Position = start;
        filled = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, Math.Max(0, end - start)));
        if (filled == 0)
            throw Damaged($"it ends at byte {end}, where more was expected");
    }
}
