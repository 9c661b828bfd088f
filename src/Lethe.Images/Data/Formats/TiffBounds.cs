using System.Buffers.Binary;
using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>
/// Looks through the directories of a TIFF file before LibTiff does, which takes whatever memory they ask for: what they promise must be
/// what a file of its length can hold.
/// </summary>
internal static class TiffBounds
{
    // No compression that is read makes more of a byte, but those of fax: an empty row takes a bit there, however wide it is. Scanners'
    // are less than 32 768 dots.
    private const int MostOfAByte = 4096, MostOfAByteOfFax = 1 << 15, RowsOfAByteOfFax = 8;
    private const int MostDirectories = 10_000;
    private const int Width = 256, Height = 257, Bits = 258, Compression = 259, StripPlaces = 273, Samples = 277, RowsPerStrip = 278,
        StripLengths = 279, Planar = 284, TileWidth = 322, TileHeight = 323, TilePlaces = 324, TileLengths = 325;

    // What decides how much there is to read.
    private static readonly int[] structure =
    [
        Width, Height, Bits, Compression, StripPlaces, Samples, RowsPerStrip, StripLengths, Planar, TileWidth, TileHeight, TilePlaces,
        TileLengths,
    ];

    private static readonly int[] sizes = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8];

    /// <summary>Refuses a file whose directories promise more.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="DataException">It is one.</exception>
    public static void Require(ReadOnlySpan<byte> bytes)
    {
        bool little = bytes[0] == 'I', big = bytes[little ? 2 : 3] == 43;
        (int places, int entryBytes, int countBytes) = big ? (8, 20, 8) : (4, 12, 2);
        var seen = new HashSet<long>();
        long at = Number(bytes, big ? 8 : 4, places, little);
        while (at != 0 && seen.Count < MostDirectories && seen.Add(at))
        {
            long count = Number(bytes, at, countBytes, little);
            if (count < 0 || count > bytes.Length / entryBytes)
                throw new DataException("truncated or corrupt TIFF: one of its directories lies beyond its end");
            long end = at + countBytes;
            var found = new Dictionary<int, long>();
            for (long i = 0; i < count && Number(bytes, end, 2, little) is >= 0 and var tag; i++, end += entryBytes)
            {
                int type = (int)Number(bytes, end + 2, 2, little);
                long values = Number(bytes, end + 4, places, little);
                int size = type < sizes.Length && type >= 0 ? sizes[type] : 1;
                if (values < 0 || values > bytes.Length / size)
                    throw Promises($"a tag ({tag}) of {values} values");
                if (!structure.Contains((int)tag))
                    continue;

                // LibTiff makes of a tag of another type, of one that comes twice or lies beyond the file, what it likes.
                long first = values * size <= places ? end + 4 + places : Number(bytes, end + 4 + places, places, little);
                if (type is not (3 or 4 or 16) || values == 0 || first < 0 || first > bytes.Length - (values * size)
                    || !found.TryAdd((int)tag, Number(bytes, first, size, little)))
                    throw new DataException($"corrupt TIFF: its tag {tag} cannot be");
                for (long k = 0; k < values; k++)
                    RequirePart((int)tag, values, Number(bytes, first + (k * size), size, little), bytes.Length);
            }

            Require(found, bytes.Length);
            at = end > bytes.Length - places ? 0 : Number(bytes, end, places, little); // some writers leave the last one out
        }
    }

    private static void RequirePart(int tag, long parts, long value, long length)
    {
        if (tag is StripPlaces or TilePlaces && value > length)
            throw Promises($"a strip at byte {value}");
        if (tag is StripLengths or TileLengths && parts > 1 && value > length)
            throw Promises($"a strip of {value} bytes");
    }

    private static void Require(Dictionary<int, long> tags, long length)
    {
        long Of(int tag, long otherwise) => tags.TryGetValue(tag, out long value) && value > 0 ? value : otherwise;
        (long width, long height, long samples) = (Of(Width, 1), Of(Height, 1), Of(Samples, 1));

        // LibTiff works the length of a single strip out where it is not compressed and has a place, as some programs write a wrong one.
        bool isWorkedOut = Of(Compression, 1) == 1 && Of(StripPlaces, 0) > 0;
        if (!isWorkedOut && Math.Max(Of(StripLengths, 0), Of(TileLengths, 0)) is var one && one > length)
            throw Promises($"a strip of {one} bytes");
        UInt128 strips = (UInt128)Parts(height, Of(TileHeight, Of(RowsPerStrip, height))) * (UInt128)Parts(width, Of(TileWidth, width))
            * (UInt128)(Of(Planar, 1) == 2 ? samples : 1);

        // Each of several has its place and its length in the file, of two bytes at least.
        if (strips > 1 && strips > (UInt128)length / 4)
            throw Promises($"{strips} strips");

        // One sample of a pixel at least is there: of colours there may be fewer than of brightness.
        RequirePixels(height, width, Of(Bits, 1), (int)Of(Compression, 1), length);
    }

    /// <summary>Refuses a page that promises more pixels. LibTiff may take other tags for it than the first look did.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="bits">Bits of a pixel.</param>
    /// <param name="compression">The number of the compression.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <exception cref="DataException">It is one.</exception>
    public static void RequirePixels(long height, long width, long bits, int compression, long length)
    {
        bool isFax = compression is 2 or 3 or 4 or 32771;
        int most = compression == 1 ? 1 : isFax ? MostOfAByteOfFax : MostOfAByte;
        if ((UInt128)width * (UInt128)height * (UInt128)bits / 8 > (UInt128)length * (uint)most
            || (isFax && height > RowsOfAByteOfFax * length))
            throw Promises($"{width}×{height} pixels");
    }

    private static long Parts(long whole, long part) => (whole + part - 1) / part;

    private static DataException Promises(string what) => new($"corrupt TIFF: it promises {what}, more than a file of its length can hold");

    // −1 where the file ends before.
    private static long Number(ReadOnlySpan<byte> bytes, long at, int size, bool little)
    {
        if (at < 0 || at > bytes.Length - size)
            return -1;
        ReadOnlySpan<byte> from = bytes.Slice((int)at, size);
        return size switch
        {
            1 => from[0],
            2 => little ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from),
            4 => little ? BinaryPrimitives.ReadUInt32LittleEndian(from) : BinaryPrimitives.ReadUInt32BigEndian(from),
            _ => little ? BinaryPrimitives.ReadInt64LittleEndian(from) : BinaryPrimitives.ReadInt64BigEndian(from),
        };
    }
}
