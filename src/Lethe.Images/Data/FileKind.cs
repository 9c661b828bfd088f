using System.Buffers.Binary;
using Lethe.Data.Formats;

namespace Lethe.Data;

/// <summary>The format of an image file and how many bits a sample has, from its first bytes.</summary>
/// <param name="Format">As <c>PNG</c>.</param>
/// <param name="Bits">Bits of a sample; 0 where they are not known.</param>
internal readonly record struct FileKind(string Format, int Bits)
{
    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
    public static FileKind Of(string path)
    {
        ReadOnlySpan<byte> start = FileSignature.HeadOf(path);
        return FileSignature.Of(start) switch
        {
            ImageFormat.None => new("other", 0),
            ImageFormat.Png => new("PNG", start.Length > 25 && start[25] != 3 ? start[24] : 8),
            ImageFormat.Tiff => new("TIFF", BitsOfTiff(path, start)),
            ImageFormat.Jpeg => new("JPEG", 8),
            ImageFormat.Gif => new("GIF", 8),
            ImageFormat.Bmp => new("BMP", 8),
            ImageFormat.Netpbm => new("PGM or PPM", 0),
            ImageFormat.Npy => new(".npy", 0),
            var other => new($"{other}", 8),
        };
    }

    // The first directory's entry of bits, or where it says that they are.
    private static int BitsOfTiff(string path, ReadOnlySpan<byte> start)
    {
        const int Entry = 12, BitsPerSample = 258, MostEntries = 1024;
        bool little = start[0] == 'I';
        if (start[little ? 2 : 3] != 42)
            return 0;
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            uint at = Whole(start[4..8]);
            byte[] buffer = new byte[2 + (Entry * MostEntries)];
            int read = RandomAccess.Read(file, buffer, at);
            int entries = read < 2 ? 0 : Math.Min(Short(buffer), (read - 2) / Entry);
            for (int i = 0; i < entries; i++)
            {
                ReadOnlySpan<byte> entry = buffer.AsSpan(2 + (i * Entry), Entry);
                if (Short(entry) != BitsPerSample)
                    continue;
                if (Whole(entry[4..8]) <= 2)
                    return Short(entry[8..]);
                byte[] elsewhere = new byte[2];
                return RandomAccess.Read(file, elsewhere, Whole(entry[8..12])) == 2 ? Short(elsewhere) : 0;
            }

            return 1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        ushort Short(ReadOnlySpan<byte> bytes) =>
            little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

        uint Whole(ReadOnlySpan<byte> bytes) =>
            little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
