using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Storage;
using SkiaSharp;

namespace Lethe.Workflow;

/// <summary>Draws rows of images onto one transparent PNG.</summary>
internal static class ContactSheet
{
    private const int Cell = 72;
    private const int Gap = 10;
    private const int FirstGap = 34;
    private const int Frame = 3;
    private const int ViewColumns = 8;

    // Blue and vermilion of Okabe and Ito, which people of any colour vision tell apart.
    private static readonly SKColor agrees = new(0x00, 0x72, 0xB2);
    private static readonly SKColor differs = new(0xD5, 0x5E, 0x00);

    /// <summary>Writes the picture, whole or not at all.</summary>
    public static void Write(string path, IReadOnlyList<SheetRow> rows)
    {
        byte[] png = Png(rows);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>Images, each beside random views of it, the same at every call.</summary>
    public static IReadOnlyList<SheetRow> Views(ViewAugmenter augmenter, IReadOnlyList<Image> images) =>
    [
        .. images.Select((image, row) => new SheetRow(ViewPreview.Plain(augmenter, image),
        [
            .. Enumerable.Range(0, ViewColumns).Select(
                column => new SheetCell(ViewPreview.Random(augmenter, image, (ulong)((row * ViewColumns) + column)), null)),
        ])),
    ];

    /// <summary>The picture as a PNG.</summary>
    public static byte[] Png(IReadOnlyList<SheetRow> rows)
    {
        int columns = rows.Max(row => row.Others.Count);
        using var surface = SKSurface.Create(new SKImageInfo(
            Cell + FirstGap + (columns * (Cell + Gap)), (rows.Count * (Cell + Gap)) + Gap, SKColorType.Rgba8888, SKAlphaType.Premul));
        SKCanvas canvas = surface.Canvas;
        for (int row = 0; row < rows.Count; row++)
        {
            float top = Gap + (row * (Cell + Gap));
            Draw(canvas, rows[row].First, Frame, top, null);
            for (int column = 0; column < rows[row].Others.Count; column++)
            {
                SheetCell cell = rows[row].Others[column];
                Draw(canvas, cell.Image, Cell + FirstGap + (column * (Cell + Gap)), top, cell.Agrees);
            }
        }

        using SKImage picture = surface.Snapshot();
        using SKData png = picture.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>Images as equal squares, row after row, on one PNG: what TensorBoard's projector calls a sprite.</summary>
    /// <param name="images">The images; null leaves its square empty.</param>
    /// <param name="count">How many squares there are.</param>
    /// <param name="cell">Height and width of a square in pixels.</param>
    public static byte[] Sprite(IEnumerable<Image?> images, int count, int cell)
    {
        int columns = (int)Math.Ceiling(Math.Sqrt(count)), rows = (count + columns - 1) / columns;
        using var surface = SKSurface.Create(new SKImageInfo(columns * cell, rows * cell, SKColorType.Rgba8888, SKAlphaType.Premul));
        foreach ((int i, Image? one) in images.Index())
        {
            if (one is not { } image)
                continue;
            using SKImage picture = Picture(image);
            float side = Math.Min(picture.Width, picture.Height);
            surface.Canvas.DrawImage(
                picture, SKRect.Create((picture.Width - side) / 2, (picture.Height - side) / 2, side, side),
                SKRect.Create(i % columns * cell, i / columns * cell, cell, cell), new SKSamplingOptions(SKFilterMode.Linear));
        }

        using SKImage sheet = surface.Snapshot();
        using SKData png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static void Draw(SKCanvas canvas, Image image, float left, float top, bool? agree)
    {
        using SKImage picture = Picture(image);
        var box = SKRect.Create(left, top, Cell, Cell);
        if (agree is { } same)
        {
            using var paint = new SKPaint { Color = same ? agrees : differs };
            canvas.DrawRoundRect(SKRect.Inflate(box, Frame, Frame), Frame, Frame, paint);
        }

        canvas.DrawImage(picture, box, new SKSamplingOptions(picture.Width < Cell ? SKFilterMode.Nearest : SKFilterMode.Linear));
    }

    /// <summary>An image as people can look at it; the caller disposes it.</summary>
    internal static SKImage Picture(Image image)
    {
        image = Shown(image);
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        ReadOnlySpan<byte> pixels = image.Pixels.Span;
        Span<byte> target = bitmap.GetPixelSpan();
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                target[(4 * i) + channel] = pixels[(i * image.Channels) + Math.Min(channel, image.Channels - 1)];
            }

            target[(4 * i) + 3] = byte.MaxValue;
        }

        return SKImage.FromBitmap(bitmap);
    }

    // Of other samples than bytes from the smallest value to the largest; of bands the first three, or the mean of two.
    private static Image Shown(Image image)
    {
        if (image.Samples == SampleType.UInt8 && image.Channels is (1 or 3))
            return image;
        var samples = new SampleReader(image);
        float[] values = new float[samples.Count];
        samples.CopyTo(0, values);
        (float low, float high) = image.Samples == SampleType.UInt8 ? (0, byte.MaxValue) : (values.Min(), values.Max());
        int channels = image.Channels < 3 ? 1 : 3, count = image.Height * image.Width;
        byte[] pixels = new byte[count * channels];
        for (int i = 0; i < pixels.Length; i++)
        {
            int at = i / channels * image.Channels;
            float value = image.Channels == 2 ? (values[at] + values[at + 1]) / 2 : values[at + (i % channels)];
            pixels[i] = (byte)Math.Clamp((255 * (value - low) / Math.Max(high - low, float.Epsilon)) + 0.5f, 0, 255);
        }

        return new Image(pixels, image.Height, image.Width, channels);
    }
}
