using System.Buffers.Binary;

namespace Lethe.Data.Formats;

/// <summary>The chunks of a WebP file, as far as they are of interest.</summary>
internal static class WebPChunks
{
    /// <summary>The orientation in the EXIF chunk, which comes behind the pixels.</summary>
    /// <param name="bytes">The file.</param>
    public static int ReadOrientation(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes.Length < 12 ? [] : bytes[12..];
        while (rest.Length >= 8)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (length > (uint)(rest.Length - 8))
                break;
            if (rest.StartsWith("EXIF"u8))
                return Math.Max(ExifOrientation.Read(rest.Slice(8, (int)length)), 1);
            rest = rest[Math.Min(rest.Length, 8 + (int)length + (int)(length & 1))..];
        }

        return 1;
    }
}
