namespace Lethe.Data;

/// <summary>What a check finds of one image.</summary>
/// <param name="Height">Rows, as stored.</param>
/// <param name="Width">Columns, as stored.</param>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Format">
/// As <c>PNG</c>, with the bits of a sample where they are not eight; the kind of source where it has no files.
/// </param>
/// <param name="Low">The lowest value of a pixel, of 255.</param>
/// <param name="High">The highest.</param>
/// <param name="Content">Equal for images of equal pixels.</param>
internal sealed record ImageFacts(int Height, int Width, int Channels, string Format, int Low, int High, UInt128 Content)
{
    /// <summary>Whether all pixels are alike in each channel.</summary>
    public bool IsConstant { get; init; }

    /// <summary>Whether the smaller side is less than views need.</summary>
    public bool IsTiny => Math.Min(Height, Width) < 16;

    /// <summary>Whether one side is more than three times the other.</summary>
    public bool IsElongated => Math.Max(Height, Width) > 3 * Math.Min(Height, Width);

    /// <summary>What can be seen of an image.</summary>
    public static ImageFacts Of(Image image, (int Height, int Width) stored, string format)
    {
        ReadOnlySpan<byte> pixels = image.Pixels.Span;
        byte low = 255, high = 0;
        foreach (byte value in pixels)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        // Every pixel is as the one before it.
        bool constant = pixels[image.Channels..].SequenceEqual(pixels[..^image.Channels]);
        return new ImageFacts(stored.Height, stored.Width, image.Channels, format, low, high, Fingerprint.OfPixels(image))
        {
            IsConstant = constant,
        };
    }
}
