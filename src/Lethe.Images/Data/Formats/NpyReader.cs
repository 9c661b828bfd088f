using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Data.Formats;

/// <summary>Reads a .npy file that holds one image, [H, W] or [H, W, C].</summary>
internal static class NpyReader
{
    private const string Source = "the file";

    /// <summary>What the header says.</summary>
    /// <exception cref="DataException">It is no image.</exception>
    public static ImageHeader ReadHeader(ReadOnlySpan<byte> head)
    {
        using var stream = new MemoryStream(head[..Math.Min(head.Length, 1 << 14)].ToArray());
        var images = NpyImages.Single(NpyFile.ReadHeader(stream, Source));
        return new ImageHeader(images.Height, images.Width, images.Channels * images.Samples.Size());
    }

    /// <summary>Decodes a file.</summary>
    /// <exception cref="DataException">It is no image, or cut off.</exception>
    public static Image Decode(ReadOnlySpan<byte> bytes)
    {
        using var stream = new MemoryStream(bytes[..Math.Min(bytes.Length, 1 << 17)].ToArray());
        var images = NpyImages.Single(NpyFile.ReadHeader(stream, Source));
        ReadOnlySpan<byte> elements = bytes[(int)stream.Position..];
        return elements.Length >= images.Extent
            ? images.Convert(elements[..(int)images.Extent])
            : throw new DataException($"truncated .npy: {elements.Length} of {images.Extent} bytes are there; copy it again");
    }
}
