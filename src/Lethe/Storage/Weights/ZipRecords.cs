using System.Text;

namespace Lethe.Storage.Weights;

/// <summary>The directory of a zip file whose records are stored as they are, as PyTorch writes it.</summary>
internal static class ZipRecords
{
    private const uint EndMark = 0x06054b50;
    private const uint LocatorMark = 0x07064b50;
    private const uint End64Mark = 0x06064b50;
    private const uint EntryMark = 0x02014b50;
    private const uint RecordMark = 0x04034b50;
    private const int EndBytes = 22;
    private const int LongestComment = ushort.MaxValue;

    /// <summary>A record as the directory has it.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Header">The first byte of its header.</param>
    /// <param name="Length">Its bytes.</param>
    /// <param name="Compressed">Whether it is compressed, which PyTorch's never are.</param>
    internal sealed record ZipRecord(string Name, long Header, long Length, bool Compressed);

    /// <summary>Reads the directory.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="budget">What reading may cost.</param>
    /// <returns>Its records.</returns>
    /// <exception cref="Runtime.RunException">It has no directory, as one that is truncated.</exception>
    public static IReadOnlyList<ZipRecord> Read(FileStream stream, ReadBudget budget)
    {
        long length = stream.Length;
        var cursor = new ByteCursor(stream, 0, length);
        (long entries, long position) = Directory(cursor, length);
        cursor.Position = position;
        var records = new List<ZipRecord>();
        for (long i = 0; i < entries; i++)
            records.Add(Entry(cursor, budget));
        return records;
    }

    /// <summary>
    /// Where a record's bytes lie: after a header of its own, whose fields may be longer than those of the directory.
    /// </summary>
    /// <param name="stream">The file.</param>
    /// <param name="record">The record, not compressed.</param>
    /// <returns>Its first byte.</returns>
    /// <exception cref="Runtime.RunException">It is not where the directory says.</exception>
    public static long Place(FileStream stream, ZipRecord record)
    {
        var cursor = new ByteCursor(stream, record.Header, stream.Length, ahead: 32);
        if ((uint)cursor.ReadInt32() != RecordMark)
            throw cursor.Damaged($"the record '{record.Name}' is not where the directory says");
        cursor.Skip(22);
        int name = cursor.ReadUInt16(), extra = cursor.ReadUInt16();
        cursor.Skip(name + extra);
        return record.Length >= 0 && record.Length <= cursor.Left
            ? cursor.Position
            : throw cursor.Damaged($"the record '{record.Name}' of {record.Length} bytes goes beyond the end");
    }

    private static (long Entries, long Position) Directory(ByteCursor cursor, long length)
    {
        long from = Math.Max(0, length - EndBytes - LongestComment);
        cursor.Position = from;
        byte[] tail = new byte[length - from];
        cursor.Read(tail);
        int end = tail.AsSpan().LastIndexOf(BitConverter.GetBytes(EndMark));
        if (end < 0 || end + EndBytes > tail.Length)
            throw cursor.Damaged(
                "it begins like a zip file, as PyTorch writes since 2020, but its directory, which stands at the end, is missing");
        cursor.Position = from + end + 10;
        long entries = cursor.ReadUInt16();
        cursor.Skip(sizeof(int));
        long position = (uint)cursor.ReadInt32();
        if (end >= 20 && (entries == ushort.MaxValue || position == uint.MaxValue))
        {
            cursor.Position = from + end - 20;
            if ((uint)cursor.ReadInt32() == LocatorMark)
            {
                cursor.Skip(sizeof(int));
                cursor.Position = cursor.ReadInt64();
                if ((uint)cursor.ReadInt32() != End64Mark)
                    throw cursor.Damaged("the directory of the zip file is not where it should be");
                cursor.Skip(28);
                entries = cursor.ReadInt64();
                cursor.Skip(sizeof(long));
                position = cursor.ReadInt64();
            }
        }

        return entries < 0 || entries > length / 46
            ? throw cursor.Damaged($"the directory of the zip file would have {entries} entries")
            : (entries, position);
    }

    private static ZipRecord Entry(ByteCursor cursor, ReadBudget budget)
    {
        if ((uint)cursor.ReadInt32() != EntryMark)
            throw cursor.Damaged("the directory of the zip file is not where it should be");
        cursor.Skip(6);
        bool compressed = cursor.ReadUInt16() != 0;
        cursor.Skip(8);
        long packed = (uint)cursor.ReadInt32(), size = (uint)cursor.ReadInt32();
        int name = cursor.ReadUInt16(), extra = cursor.ReadUInt16(), comment = cursor.ReadUInt16();
        cursor.Skip(8);
        long position = (uint)cursor.ReadInt32();
        budget.Describe(256 + (4 * name));
        string text = cursor.ReadText(name, Encoding.UTF8);
        long next = cursor.Position + extra;
        while (cursor.Position + 4 <= next)
        {
            int tag = cursor.ReadUInt16(), bytes = cursor.ReadUInt16();
            long after = cursor.Position + bytes;
            if (tag == 1)
            {
                // The numbers of zip64 stand in this order, and only those that did not fit before.
                if (size == uint.MaxValue)
                    size = cursor.ReadInt64();
                if (packed == uint.MaxValue)
                    packed = cursor.ReadInt64();
                if (position == uint.MaxValue)
                    position = cursor.ReadInt64();
            }

            cursor.Position = after;
        }

        cursor.Position = next + comment;
        return new ZipRecord(text, position, size, compressed || packed != size);
    }
}
