namespace Lethe.Data.Formats;

/// <summary>
/// The segments of the first image in a JPEG file, one after the other by their stated lengths. So a thumbnail within a segment, and
/// whatever follows the end of the image (a film, a second image, a maker's trailer), is never taken for a part of it.
/// </summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> bytes)
{
    public const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, HuffmanTables = 0xC4, RestartInterval = 0xDD, App1 = 0xE1;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position = 2; // behind the start of the image

    /// <summary>The second byte of the segment's marker.</summary>
    public byte Marker { get; private set; }

    /// <summary>What is in the segment, without marker and length.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Of a scan, the coded data that follow it, with restart markers; they end at the next marker, or with the file.</summary>
    public ReadOnlySpan<byte> Scan { get; private set; }

    /// <summary>Where <see cref="Scan"/> begins in the file.</summary>
    public int ScanStart { get; private set; }

    /// <summary>Where the image ends, behind its end marker; 0 where that was not met.</summary>
    public int End { get; private set; }

    /// <summary>Whether a frame's header: its size and components.</summary>
    public readonly bool IsFrame => Marker is >= 0xC0 and <= 0xCF and not HuffmanTables and not 0xC8 and not 0xCC;

    /// <summary>Goes to the next segment.</summary>
    /// <returns>False behind the last one: at the end of the image, or where the file breaks off.</returns>
    public bool MoveNext()
    {
        while (true)
        {
            int found = position >= bytes.Length ? -1 : bytes[position..].IndexOf((byte)0xFF);
            position = found < 0 ? bytes.Length : position + found;
            while (position < bytes.Length && bytes[position] == 0xFF)
                position++;
            if (position >= bytes.Length)
                return false;
            Marker = bytes[position++];
            switch (Marker)
            {
                case 0 or 1 or (>= 0xD0 and <= 0xD7):
                    continue; // no segment
                case StartOfImage:
                    return false; // another image, before this one's end
                case EndOfImage:
                    End = position;
                    return false;
            }

            if (position + 2 > bytes.Length)
                return false;
            int length = (bytes[position] << 8) | bytes[position + 1];
            if (length < 2 || position + length > bytes.Length)
                return false;
            Content = bytes.Slice(position + 2, length - 2);
            position += length;
            if (Marker == StartOfScan)
                FindScan();
            return true;
        }
    }

    private void FindScan()
    {
        ScanStart = position;
        while (true)
        {
            int found = bytes[position..].IndexOf((byte)0xFF);
            if (found < 0 || position + found + 1 >= bytes.Length)
            {
                position = found < 0 ? bytes.Length : position + found;
                break;
            }

            position += found;
            byte next = bytes[position + 1];
            if (next is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
                break;
            position += next == 0xFF ? 1 : 2;
        }

        Scan = bytes[ScanStart..position];
    }
}
