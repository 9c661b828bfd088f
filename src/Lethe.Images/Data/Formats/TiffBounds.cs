using System.Buffers.Binary;
using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>
/// Looks through the directories of a TIFF file before LibTiff does, which takes whatever memory they ask for: what they promise must be
/// what a file of its length can hold.
/// </summary>
internal static class TiffBounds
{
    // No compression that is read makes more of a byte, but those of fax, whose rows may take a bit.
    private const int MostOfAByte = 4096;
    private const int MostDirectories = 10_000;
    private const int StripLengths = 279, TileLengths = 325;

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
        while (at > 0 && seen.Count < MostDirectories && seen.Add(at))
        {
            long count = Number(bytes, at, countBytes, little);
            long end = at + countBytes;
            var found = new Dictionary<int, long>();
            for (long i = 0; i < count && Number(bytes, end, 2, little) is >= 0 and var tag; i++, end += entryBytes)
            {
                int type = (int)Number(bytes, end + 2, 2, little);
                long values = Number(bytes, end + 4, places, little);
                int size = type < sizes.Length && type >= 0 ? sizes[type] : 1;
                if (values < 0 || values > bytes.Length / size)
                    throw Promises($"a tag ({tag}) of {values} values");
                if (type is not (3 or 4 or 16))
                    continue;
                long first = values * size <= places ? end + 4 + places : Number(bytes, end + 4 + places, places, little);
                if (values == 1)
                    found[(int)tag] = Number(bytes, first, size, little);

                // Of a single strip that is not compressed LibTiff works the length out, as some programs write a wrong one.
                for (long k = 0; tag is StripLengths or TileLengths && values > 1 && k < values; k++)
                {
                    if (Number(bytes, first + (k * size), size, little) > bytes.Length)
                        throw Promises($"a strip of {Number(bytes, first + (k * size), size, little)} bytes");
                }
            }

            Require(found, bytes.Length);
            at = Number(bytes, end, places, little);
        }
    }

    private static void Require(Dictionary<int, long> tags, long length)
    {
        const int Width = 256, Height = 257, Bits = 258, Compression = 259, Samples = 277, RowsPerStrip = 278, Planar = 284,
            TileWidth = 322, TileHeight = 323;
        long Of(int tag, long otherwise) => tags.TryGetValue(tag, out long value) && value > 0 ? value : otherwise;
        (long width, long height, long samples) = (Of(Width, 1), Of(Height, 1), Of(Samples, 1));
        bool isCompressed = Of(Compression, 1) != 1;
        if (isCompressed && Math.Max(Of(StripLengths, 0), Of(TileLengths, 0)) is var one && one > length)
            throw Promises($"a strip of {one} bytes");
        UInt128 strips = (UInt128)Parts(height, Of(TileHeight, Of(RowsPerStrip, height))) * (UInt128)Parts(width, Of(TileWidth, width))
            * (UInt128)(Of(Planar, 1) == 2 ? samples : 1);

        // Each of several has its place and its length in the file, of two bytes at least.
        if (strips > 1 && strips > (UInt128)length / 4)
            throw Promises($"{strips} strips");

        // Bits of several samples are said in a list, and are at least one each.
        UInt128 bytes = (UInt128)width * (UInt128)height * (UInt128)samples * (UInt128)Of(Bits, 1) / 8;
        bool isFax = Of(Compression, 1) is 2 or 3 or 4 or 32771;
        if (!isFax && bytes > (UInt128)length * (isCompressed ? MostOfAByte : 1u))
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
