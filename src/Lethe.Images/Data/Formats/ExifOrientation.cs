using System.Buffers.Binary;

namespace Lethe.Data.Formats;

/// <summary>
/// The orientation that EXIF data state: which corner of the scene the first stored pixel is, and whether rows are its rows. 1 as it is, 2
/// mirrored left to right, 3 turned by half, 4 mirrored top to bottom, 5 transposed, 6 to be turned a quarter to the right, 7 transposed
/// the other way, 8 to be turned a quarter to the left.
/// </summary>
internal static class ExifOrientation
{
    private const int Tag = 0x112;

    /// <summary>Reads the first directory of EXIF data.</summary>
    /// <param name="tiff">The data, which begin with the byte order.</param>
    /// <returns>1 to 8; 0 where they do not say, or are damaged.</returns>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.StartsWith("Exif\0\0"u8))
            tiff = tiff[6..];
        bool little = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || (!little && !tiff.StartsWith("MM"u8)))
            return 0;
        uint at = Long(tiff[4..], little);
        if (at + 2 > (uint)tiff.Length)
            return 0;
        ReadOnlySpan<byte> entries = tiff[(int)(at + 2)..];
        int count = Math.Min(Short(tiff[(int)at..], little), entries.Length / 12);
        for (int i = 0; i < count; i++, entries = entries[12..])
        {
            if (Short(entries, little) != Tag)
                continue;

            // A short, as the standard has it; some writers take a byte or a long.
            uint value = Short(entries[2..], little) switch
            {
                1 => entries[8], 4 => Long(entries[8..], little), _ => (uint)Short(entries[8..], little),
            };
            return value is >= 1 and <= 8 ? (int)value : 0;
        }

        return 0;
    }

    /// <summary>Whether an orientation makes rows columns.</summary>
    public static bool SwapsSides(int orientation) => orientation >= 5;

    private static int Short(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private static uint Long(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
}
