using System.Buffers.Binary;
using System.IO.Hashing;

namespace Lethe.Tests.Data;

/// <summary>Puts chunks into image files.</summary>
internal static class Containers
{
    /// <summary>EXIF data that hold nothing but an orientation.</summary>
    /// <param name="orientation">1 to 8.</param>
    /// <param name="little">The byte order.</param>
    /// <param name="type">The type of the entry: 3 for a short, 1 for a byte, 4 for a long.</param>
    public static byte[] Exif(int orientation, bool little = false, int type = 3)
    {
        byte[] value = type switch
        {
            1 => [(byte)orientation, 0, 0, 0],
            4 => little ? [(byte)orientation, 0, 0, 0] : [0, 0, 0, (byte)orientation],
            _ => little ? [(byte)orientation, 0, 0, 0] : [0, (byte)orientation, 0, 0],
        };
        return little
            ? [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, (byte)type, 0, 1, 0, 0, 0, .. value, 0, 0, 0, 0]
            : [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, (byte)type, 0, 0, 0, 1, .. value, 0, 0, 0, 0];
    }

    /// <summary>A chunk of a PNG file.</summary>
    public static byte[] PngChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        byte[] chunk = new byte[12 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        type.CopyTo(chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + content.Length)));
        return chunk;
    }

    /// <summary>A PNG file with a chunk behind its header, or before its end.</summary>
    public static byte[] WithChunk(byte[] png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content, bool behindPixels)
    {
        int at = behindPixels ? png.Length - 12 : 33;
        return [.. png[..at], .. PngChunk(type, content), .. png[at..]];
    }

    /// <summary>A lossy WebP file, made an extended one that holds EXIF data.</summary>
    public static byte[] WithExif(byte[] webp, int height, int width, byte[] exif)
    {
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(size, width - 1);
        BinaryPrimitives.WriteInt32LittleEndian(size.AsSpan(3), height - 1);
        byte[] extended = [.. "VP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, .. size[..6]];
        byte[] content = [.. "WEBP"u8, .. extended, .. webp[12..], .. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif];
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        return [.. "RIFF"u8, .. length, .. content];
    }
}
