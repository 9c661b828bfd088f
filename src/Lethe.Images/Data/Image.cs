namespace Lethe.Data;

/// <summary>A decoded image: samples, interleaved, row by row: [Height, Width, Channels].</summary>
/// <param name="Pixels">
/// Height · Width · Channels samples: bytes, or as the file had them 16 bits or floating point, little-endian; not to be changed
/// while the image is used.
/// </param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">1 for grey, 3 for red, green, blue, any other number up to 16 for bands.</param>
public readonly record struct Image(ReadOnlyMemory<byte> Pixels, int Height, int Width, int Channels)
{
    /// <summary>The most channels that an image may have.</summary>
    internal const int MostChannels = 16;

    /// <summary>The type of a sample; bytes where nothing is said.</summary>
    internal SampleType Samples { get; init; }

    /// <summary>Bytes of a pixel.</summary>
    internal int PixelBytes => Channels * Samples.Size();
}
