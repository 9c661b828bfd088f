using System.Buffers.Binary;

namespace Lethe.Data.Formats;

/// <summary>The chunks of a PNG file, one after the other.</summary>
internal ref struct PngChunks(ReadOnlySpan<byte> bytes)
{
    /// <summary>Bytes before the first chunk.</summary>
    public const int Start = 8;

    private ReadOnlySpan<byte> rest = bytes.Length < Start ? [] : bytes[Start..];

    /// <summary>Four letters.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>What is in the chunk.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Goes to the next chunk.</summary>
    /// <returns>False where no whole one follows.</returns>
    public bool MoveNext()
    {
        if (rest.Length < 12 || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > (uint)(rest.Length - 12))
            return false;
        Type = rest.Slice(4, 4);
        Content = rest.Slice(8, (int)length);
        rest = rest[(12 + (int)length)..];
        return true;
    }

    /// <summary>The orientation in an eXIf chunk, before or behind the pixels.</summary>
    /// <param name="bytes">The file.</param>
    public static int ReadOrientation(ReadOnlySpan<byte> bytes)
    {
        var chunks = new PngChunks(bytes);
        while (chunks.MoveNext())
        {
            if (chunks.Type.SequenceEqual("eXIf"u8))
                return Math.Max(ExifOrientation.Read(chunks.Content), 1);
        }

        return 1;
    }
}
