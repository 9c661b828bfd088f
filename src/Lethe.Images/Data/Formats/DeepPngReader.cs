using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>
/// Reads PNG files of 16 bits, which SkiaSharp cuts to 8 (or to numbers of 11): grey and colour, with alpha, with one transparent colour,
/// interlaced. Sums of chunks are checked; gamma and profiles are not applied. Rows are read one after the other (ISO/IEC 15948).
/// </summary>
internal static class DeepPngReader
{
    private const float White = 65535;

    // Deflate makes at most 258 bytes of two bits.
    private const int MostOfAByte = 1032;

    // The first column and row of each pass of Adam7, and how far apart they are.
    private static readonly (int X, int Y, int Across, int Down)[] passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Whether a PNG file is one of these, by its first 29 bytes.</summary>
    public static bool Reads(ReadOnlySpan<byte> head) => head.Length >= 29 && head[12..].StartsWith("IHDR"u8) && head[24] == 16;

    /// <summary>Height, width, and bytes of a pixel in memory.</summary>
    /// <param name="head">The file's first 29 bytes or more.</param>
    /// <exception cref="DataException">The header is damaged.</exception>
    public static (int Height, int Width, int PixelBytes) ReadHeader(ReadOnlySpan<byte> head)
    {
        Header header = Header.Read(head);
        return (header.Height, header.Width, 2 * header.Colours);
    }

    /// <summary>Decodes a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="shortSide">The longest short side.</param>
    /// <param name="maxPixels">The most pixels in memory.</param>
    /// <returns>1 or 3 channels of 16 bits, as stored.</returns>
    /// <exception cref="DataException">It is damaged, cut off or too large.</exception>
    public static unsafe Image Decode(ReadOnlySpan<byte> bytes, int shortSide, long maxPixels)
    {
        Header header = Header.Read(bytes);
        LargeImage.RequireHeld(header.Height, (long)header.Width * header.Bytes, bytes.Length, MostOfAByte);
        List<(int Start, int Length)> parts = FindPixels(bytes, out byte[] clear);
        fixed (byte* start = bytes)
        {
            using var packed = new PngPixelStream(start, parts);
            using var unpacked = new ZLibStream(packed, CompressionMode.Decompress);
            using LargeImage? alone = header.IsInterlaced ? LargeImage.Enter((long)header.Height * header.Width) : null;
            try
            {
                var sink = new RowSink(header.Height, header.Width, header.Colours, SampleType.UInt16, shortSide, maxPixels);
                if (header.IsInterlaced)
                    ReadInterlaced(unpacked, header, clear, sink, maxPixels);
                else
                    ReadRows(unpacked, header, clear, sink);
                return header.Colours == 3 ? GreyCheck.Narrow(sink.Result) : sink.Result;
            }
            catch (Exception error) when (error is InvalidDataException or IOException) // of zlib: the bytes are in memory
            {
                throw new DataException("corrupt PNG: its pixels cannot be unpacked", error);
            }
        }
    }

    private static List<(int Start, int Length)> FindPixels(ReadOnlySpan<byte> bytes, out byte[] clear)
    {
        var parts = new List<(int Start, int Length)>();
        clear = [];
        for (int at = PngChunks.Start; at + 12 <= bytes.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            ReadOnlySpan<byte> type = bytes.Slice(at + 4, 4);
            bool pixels = type.SequenceEqual("IDAT"u8);
            if (length > (uint)(bytes.Length - at - 12))
            {
                // What there is of the last chunk may be all that is needed of it.
                if (pixels)
                    parts.Add((at + 8, bytes.Length - at - 8));
                break;
            }

            ReadOnlySpan<byte> content = bytes.Slice(at + 8, (int)length);
            bool isOfUse = pixels || type.SequenceEqual("tRNS"u8) || type.SequenceEqual("IHDR"u8);
            uint sum = BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 8 + (int)length)..]);
            if (isOfUse && Crc32.HashToUInt32(bytes.Slice(at + 4, (int)length + 4)) != sum)
                throw new DataException("corrupt PNG: the sum of a chunk is wrong");
            if (pixels)
                parts.Add((at + 8, (int)length));
            else if (type.SequenceEqual("tRNS"u8))
                clear = content.ToArray();
            else if (type.SequenceEqual("IEND"u8))
                break;
            at += 12 + (int)length;
        }

        return parts;
    }

    private static void ReadRows(Stream stream, Header header, byte[] clear, RowSink sink)
    {
        byte[] row = new byte[1 + (header.Width * header.Bytes)], above = new byte[row.Length];
        float[] numbers = new float[header.Width * 4];
        for (int y = 0; y < header.Height; y++)
        {
            ReadRow(stream, row, above, header.Bytes);
            sink.Add(Colours(row.AsSpan(1), header, clear, numbers));
            (row, above) = (above, row);
        }
    }

    private static void ReadInterlaced(Stream stream, Header header, byte[] clear, RowSink sink, long maxPixels)
    {
        LargeImage.Require(header.Height, header.Width, header.Height, header.Width, maxPixels);
        int pixel = header.Bytes;
        byte[] whole = new byte[checked(header.Height * header.Width * pixel)];
        foreach ((int x, int y, int across, int down) in passes)
        {
            int columns = (header.Width - x + across - 1) / across;
            if (columns <= 0)
                continue;
            byte[] row = new byte[1 + (columns * pixel)], above = new byte[row.Length];
            for (int line = y; line < header.Height; line += down)
            {
                ReadRow(stream, row, above, pixel);
                for (int i = 0; i < columns; i++)
                    row.AsSpan(1 + (i * pixel), pixel).CopyTo(whole.AsSpan(((line * header.Width) + x + (i * across)) * pixel));
                (row, above) = (above, row);
            }
        }

        float[] numbers = new float[header.Width * 4];
        for (int y = 0; y < header.Height; y++)
            sink.Add(Colours(whole.AsSpan(y * header.Width * pixel, header.Width * pixel), header, clear, numbers));
    }

    private static void ReadRow(Stream stream, byte[] row, byte[] above, int pixel)
    {
        if (stream.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
            throw new DataException("truncated PNG: the end of its pixels is missing; copy or download it again");
        for (int i = 1; i < row.Length; i++)
        {
            int left = i > pixel ? row[i - pixel] : 0, up = above[i], corner = i > pixel ? above[i - pixel] : 0;
            row[i] += (byte)(row[0] switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                4 => Nearest(left, up, corner),
                _ => throw new DataException($"corrupt PNG: a row has the filter {row[0]}"),
            });
        }
    }

    private static int Nearest(int left, int up, int corner)
    {
        int toLeft = Math.Abs(up - corner), toUp = Math.Abs(left - corner), toCorner = Math.Abs(left + up - (2 * corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static Span<float> Colours(ReadOnlySpan<byte> row, Header header, byte[] clear, float[] numbers)
    {
        for (int i = 0; i < row.Length / 2; i++)
            numbers[i] = BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]);
        Span<float> pixels = numbers.AsSpan(0, row.Length / 2);
        if (header.HasAlpha)
            return Alpha.Composite(pixels, header.Colours + 1, header.Colours, header.Colours, White, multiplied: false);
        if (clear.Length == header.Bytes)
        {
            for (int x = 0; x < header.Width; x++)
            {
                if (row.Slice(x * header.Bytes, header.Bytes).SequenceEqual(clear))
                    pixels.Slice(x * header.Colours, header.Colours).Fill(White);
            }
        }

        return pixels;
    }

    private readonly record struct Header(int Height, int Width, int Colours, bool HasAlpha, bool IsInterlaced)
    {
        /// <summary>Bytes of a pixel in the file.</summary>
        public int Bytes => 2 * (Colours + (HasAlpha ? 1 : 0));

        public static Header Read(ReadOnlySpan<byte> head)
        {
            uint width = BinaryPrimitives.ReadUInt32BigEndian(head[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(head[20..]);
            if (width is 0 or > 1 << 24 || height is 0 or > 1 << 24 || head[25] is not (0 or 2 or 4 or 6) || head[28] > 1)
                throw new DataException("corrupt PNG: its header cannot be");
            return new Header((int)height, (int)width, (head[25] & 2) != 0 ? 3 : 1, head[25] >= 4, head[28] == 1);
        }
    }
}
