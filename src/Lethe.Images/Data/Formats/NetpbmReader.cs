using System.Buffers.Binary;
using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>Reads PGM and PPM files (P2, P3, P5, P6), of 8 or 16 bits: their largest value becomes white.</summary>
internal ref struct NetpbmReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position = 2;

    /// <summary>Whether a file is one of these.</summary>
    public static bool Reads(ReadOnlySpan<byte> head) => head is [(byte)'P', (byte)'2' or (byte)'3' or (byte)'5' or (byte)'6', var next, ..]
        && (char.IsWhiteSpace((char)next) || next == '#');

    /// <summary>Height, width, and bytes of a pixel in memory.</summary>
    /// <exception cref="DataException">The header is damaged.</exception>
    public static (int Height, int Width, int PixelBytes) ReadHeader(ReadOnlySpan<byte> head)
    {
        var reader = new NetpbmReader(head);
        (int height, int width, int largest) = reader.Header();
        return (height, width, reader.Channels * (largest > 255 ? 2 : 1));
    }

    /// <summary>Decodes a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="shortSide">The longest short side.</param>
    /// <param name="maxPixels">The most pixels in memory.</param>
    /// <exception cref="DataException">It is damaged, cut off or too large.</exception>
    public static Image Decode(ReadOnlySpan<byte> bytes, int shortSide, long maxPixels)
    {
        var reader = new NetpbmReader(bytes);
        (int height, int width, int largest) = reader.Header();
        LargeImage.RequireHeld(height, (long)width * reader.Channels, bytes.Length, 1);
        SampleType samples = largest > 255 ? SampleType.UInt16 : SampleType.UInt8;
        var sink = new RowSink(height, width, reader.Channels, samples, shortSide, maxPixels);
        float[] row = new float[width * reader.Channels];
        float scale = samples.White() / largest;
        for (int y = 0; y < height; y++)
        {
            for (int i = 0; i < row.Length; i++)
                row[i] = Math.Min(reader.Value(largest) * scale, samples.White());
            sink.Add(row);
        }

        return reader.Channels == 3 ? GreyCheck.Narrow(sink.Result) : sink.Result;
    }

    private readonly int Channels => bytes[1] is (byte)'3' or (byte)'6' ? 3 : 1;

    private readonly bool IsText => bytes[1] is (byte)'2' or (byte)'3';

    private (int Height, int Width, int Largest) Header()
    {
        int width = Number(), height = Number(), largest = Number();
        position++; // one space before the pixels
        return width is > 0 and <= 1 << 24 && height is > 0 and <= 1 << 24 && largest is > 0 and <= 65535
            ? (height, width, largest)
            : throw new DataException("corrupt PGM or PPM: its header cannot be");
    }

    private int Value(int largest)
    {
        if (IsText)
            return Number();
        int size = largest > 255 ? 2 : 1, at = position;
        if (at + size > bytes.Length)
            throw Truncated();
        position += size;
        return size == 1 ? bytes[at] : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
    }

    // Behind space and comments.
    private int Number()
    {
        while (position < bytes.Length && (char.IsWhiteSpace((char)bytes[position]) || bytes[position] == '#'))
        {
            if (bytes[position] == '#')
            {
                while (position < bytes.Length && bytes[position] != '\n')
                    position++;
            }
            else
            {
                position++;
            }
        }

        int value = 0, first = position;
        for (; position < bytes.Length && char.IsAsciiDigit((char)bytes[position]) && value < 1 << 25; position++)
            value = (10 * value) + bytes[position] - '0';
        return position > first ? value : throw Truncated();
    }

    private static DataException Truncated() =>
        new("truncated PGM or PPM: the end of its pixels is missing; copy or download it again");
}
