using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Augmentation.Corruptions;

/// <summary>
/// An image of numbers, 0 black to 1 white, interleaved: [Height, Width, Channels]. Values may leave that range until <see
/// cref="ToImage"/>.
/// </summary>
internal sealed class Raster(int height, int width, int channels)
{
    public int Height { get; } = height;

    public int Width { get; } = width;

    public int Channels { get; } = channels;

    public double[] Values { get; } = new double[height * width * channels];

    /// <summary>How much longer lengths are than on the images of 32 pixels that constants are stated for; at least 1.</summary>
    public double Scale => Math.Max(1, Math.Min(Height, Width) / 32.0);

    public ref double this[int row, int column, int channel] => ref Values[(((row * Width) + column) * Channels) + channel];

    /// <exception cref="DataException">The image is not of bytes, or neither grey nor colour.</exception>
    public static Raster From(Image image)
    {
        if (image.Samples != SampleType.UInt8 || image.Channels is not (1 or 3))
            throw new DataException(
                $"Corruptions are defined for 8-bit images in grey or colour, and these have {ImageConversion.Counted(image.Channels)} of "
                + $"{image.Samples.Name()} samples. Leave the robustness protocol out.");
        var raster = new Raster(image.Height, image.Width, image.Channels);
        ReadOnlySpan<byte> pixels = image.Pixels.Span;
        for (int i = 0; i < pixels.Length; i++)
            raster.Values[i] = pixels[i] / 255.0;
        return raster;
    }

    /// <summary>Makes each value from its pixel and channel.</summary>
    public static Raster Of(int height, int width, int channels, Func<int, int, int, double> value)
    {
        var raster = new Raster(height, width, channels);
        int at = 0;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                for (int channel = 0; channel < channels; channel++)
                    raster.Values[at++] = value(row, column, channel);
            }
        }

        return raster;
    }

    public Image ToImage()
    {
        byte[] pixels = new byte[Values.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)((255 * Math.Clamp(Values[i], 0, 1)) + 0.5);
        return new Image(pixels, Height, Width, Channels);
    }

    /// <summary>
    /// The value between pixels, by bilinear interpolation; <paramref name="fold"/> brings an index that is outside back within.
    /// </summary>
    public double Sample(double row, double column, int channel, Func<int, int, int> fold)
    {
        double floorRow = Math.Floor(row), floorColumn = Math.Floor(column), v = row - floorRow, u = column - floorColumn;
        int top = fold((int)floorRow, Height), bottom = fold((int)floorRow + 1, Height), left = fold((int)floorColumn, Width),
            right = fold((int)floorColumn + 1, Width);
        double upper = ((1 - u) * this[top, left, channel]) + (u * this[top, right, channel]);
        double lower = ((1 - u) * this[bottom, left, channel]) + (u * this[bottom, right, channel]);
        return ((1 - v) * upper) + (v * lower);
    }
}
