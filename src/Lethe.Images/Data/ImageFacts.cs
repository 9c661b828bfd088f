using System.Runtime.InteropServices;

namespace Lethe.Data;

/// <summary>What a check finds of one image.</summary>
/// <param name="Height">Rows, as stored.</param>
/// <param name="Width">Columns, as stored.</param>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Format">
/// As <c>PNG</c>, with the bits of a sample where they are not eight; the kind of source where it has no files.
/// </param>
/// <param name="Samples">The type of its samples.</param>
/// <param name="Low">The lowest sample.</param>
/// <param name="High">The highest.</param>
/// <param name="Content">Equal for images of equal pixels.</param>
internal sealed record ImageFacts(
    int Height, int Width, int Channels, string Format, SampleType Samples, double Low, double High, UInt128 Content)
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
        (double low, double high) = Range(image);

        // Every pixel is as the one before it.
        bool constant = pixels[image.PixelBytes..].SequenceEqual(pixels[..^image.PixelBytes]);
        return new ImageFacts(
            stored.Height, stored.Width, image.Channels, format, image.Samples, low, high, Fingerprint.OfPixels(image))
        {
            IsConstant = constant,
        };
    }

    /// <summary>The lowest and the highest sample; what is no number does not count.</summary>
    public static (double Low, double High) Range(Image image)
    {
        if (image.Samples == SampleType.UInt8)
        {
            byte least = 255, most = 0;
            foreach (byte value in image.Pixels.Span)
            {
                least = Math.Min(least, value);
                most = Math.Max(most, value);
            }

            return (least, most);
        }

        (double low, double high) = (double.PositiveInfinity, double.NegativeInfinity);
        for (int i = 0; i < image.Height * image.Width * image.Channels; i++)
        {
            double value = Sample(image, i);
            (low, high) = (value < low ? value : low, value > high ? value : high);
        }

        return low <= high ? (low, high) : (0, 0);
    }

    /// <summary>One sample of an image.</summary>
    public static double Sample(Image image, int index) => image.Samples switch
    {
        SampleType.UInt8 => image.Pixels.Span[index],
        SampleType.UInt16 => MemoryMarshal.Cast<byte, ushort>(image.Pixels.Span)[index],
        _ => MemoryMarshal.Cast<byte, float>(image.Pixels.Span)[index],
    };
}
