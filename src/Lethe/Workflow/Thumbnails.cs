using Lethe.Data;
using Lethe.Runs;
using SkiaSharp;

namespace Lethe.Workflow;

/// <summary>Draws small pictures of many images onto sheets that never take more than <see cref="BytesEach"/> for each image.</summary>
internal static class Thumbnails
{
    /// <summary>The most bytes that a picture takes, on the mean over all: 20 000 of them then stay below 12 MB.</summary>
    public const int BytesEach = 600;

    private const int PerRow = 32;
    private const int PerSheet = PerRow * PerRow;

    // Pictures of few images may be larger, as somebody looks at each.
    private const int Few = 4000, SideOfFew = 48, SideOfMany = 32;

    private static readonly int[] qualities = [80, 60, 40, 20];

    /// <summary>Draws them.</summary>
    /// <param name="count">How many images there are.</param>
    /// <param name="image">Gives one: bytes, red, green, blue, square.</param>
    /// <param name="mostBytes">The most that all sheets take together; 0 for what is usual.</param>
    public static MapThumbnails Of(int count, Func<int, Image> image, long mostBytes = 0)
    {
        int side = Math.Min(SideOf(count), count == 0 ? 1 : image(0).Width);
        long most = mostBytes > 0 ? mostBytes : (long)BytesEach * count;
        for (; ; side = Math.Max(side / 2, 1))
        {
            int needed = (count + PerSheet - 1) / PerSheet;
            SKBitmap[] sheets = [.. Enumerable.Range(0, needed).Select(sheet => Draw(sheet, count, side, image))];
            try
            {
                foreach (int quality in qualities)
                {
                    byte[][] encoded = [.. sheets.Select(sheet => sheet.Encode(SKEncodedImageFormat.Webp, quality).ToArray())];
                    if (encoded.Sum(sheet => (long)sheet.Length) <= most || side == 1)
                        return new MapThumbnails(side, PerRow, PerSheet, encoded);
                }
            }
            finally
            {
                foreach (SKBitmap sheet in sheets)
                    sheet.Dispose();
            }
        }
    }

    /// <summary>An image of bytes, red, green, blue, no larger than a picture of so many can be.</summary>
    public static Image Small(Image image, int count)
    {
        int side = SideOf(count);
        if (image.Width <= side)
            return image;
        using SKImage picture = ContactSheet.Picture(image);
        using var whole = SKBitmap.FromImage(picture);

        // Mipmaps take all pixels of an image into account that is much larger than its picture.
        using SKBitmap small = whole.Resize(
            new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        ReadOnlySpan<byte> pixels = small.GetPixelSpan();
        byte[] kept = new byte[side * side * 3];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = pixels[(i / 3 * 4) + (i % 3)];
        return new Image(kept, side, side, 3);
    }

    private static int SideOf(int count) => count <= Few ? SideOfFew : SideOfMany;

    private static SKBitmap Draw(int sheet, int count, int side, Func<int, Image> image)
    {
        int first = sheet * PerSheet, here = Math.Min(PerSheet, count - first), rows = (here + PerRow - 1) / PerRow;
        var bitmap = new SKBitmap(new SKImageInfo(PerRow * side, rows * side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        for (int i = 0; i < here; i++)
        {
            using SKImage picture = ContactSheet.Picture(image(first + i));
            var box = SKRect.Create(i % PerRow * side, i / PerRow * side, side, side);
            canvas.DrawImage(picture, box, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        return bitmap;
    }
}
