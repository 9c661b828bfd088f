using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Data.Formats;

/// <summary>
/// Reads images of too many pixels for memory, as far as their format allows: a PNG in bands of rows, a WebP reduced by its
/// decoder.
/// </summary>
internal static class SkiaRows
{
    /// <summary>Decodes an image to a smaller one.</summary>
    /// <param name="codec">The file, which is no JPEG.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="shortSide">The longest short side.</param>
    /// <param name="maxPixels">The most pixels in memory.</param>
    /// <exception cref="DataException">The format does not allow it, or the file is cut off.</exception>
    public static Image Decode(SKCodec codec, int length, int shortSide, long maxPixels) =>
        codec.EncodedFormat == SKEncodedImageFormat.Webp
            ? Scaled(codec, length, shortSide, maxPixels)
            : ByBands(codec, length, shortSide, maxPixels);

    // A decoder goes through all rows above a band once more: few bands, as large as may be.
    private static unsafe Image ByBands(SKCodec codec, int length, int shortSide, long maxPixels)
    {
        (int height, int width) = (codec.Info.Height, codec.Info.Width);
        int band = (int)Math.Min(maxPixels / width, int.MaxValue / (4L * width));
        if (codec.EncodedFormat != SKEncodedImageFormat.Png || band < 1)
            LargeImage.Require(height, width, height, width, maxPixels);
        LargeImage.RequireHeld(height, width, length);
        var sink = new RowSink(height, width, 3, SampleType.UInt8, shortSide, maxPixels);
        byte[] pixels = new byte[4 * width * band];
        float[] numbers = new float[4 * width];
        for (int top = 0; top < height; top += band)
        {
            int rows = Math.Min(band, height - top);
            SKImageInfo info = InfoOf(codec, codec.Info.Size);
            var options = new SKCodecOptions(SKRectI.Create(0, top, width, rows));
            fixed (byte* start = pixels)
            {
                if (codec.StartIncrementalDecode(info, (nint)start, info.RowBytes, options) != SKCodecResult.Success)
                    LargeImage.Require(height, width, height, width, maxPixels);
                if (codec.IncrementalDecode() != SKCodecResult.Success)
                    throw SkiaPixels.Truncated(codec.EncodedFormat);
            }

            for (int y = 0; y < rows; y++)
            {
                for (int i = 0; i < numbers.Length; i++)
                    numbers[i] = pixels[(4 * width * y) + i];
                sink.Add(Alpha.Composite(numbers, 4, 3, 3, byte.MaxValue, multiplied: false));
            }
        }

        return GreyCheck.Narrow(sink.Result);
    }

    private static unsafe Image Scaled(SKCodec codec, int length, int shortSide, long maxPixels)
    {
        (int height, int width) = (codec.Info.Height, codec.Info.Width);
        double scale = Math.Sqrt(maxPixels / ((double)height * width));
        var size = new SKSizeI((int)(width * scale), (int)(height * scale));
        if (Math.Min(size.Width, size.Height) < Math.Min(shortSide, Math.Min(height, width)))
            LargeImage.Require(height, width, height, width, maxPixels);
        LargeImage.RequireHeld(height, width, length);
        SKImageInfo info = InfoOf(codec, size);
        byte[] pixels = new byte[info.BytesSize];
        fixed (byte* start = pixels)
        {
            if (codec.GetPixels(info, (nint)start) != SKCodecResult.Success)
                throw SkiaPixels.Truncated(codec.EncodedFormat);
        }

        return SkiaPixels.Flatten(pixels, info.Height, info.Width, channels: 0);
    }

    private static SKImageInfo InfoOf(SKCodec codec, SKSizeI size) => new(
        size.Width, size.Height, SKColorType.Rgba8888,
        codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul, colorspace: null);
}
