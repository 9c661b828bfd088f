namespace Lethe.Data.Formats;

/// <summary>Turns and mirrors images as their orientation says.</summary>
internal static class Turning
{
    /// <summary>An image as it is to be seen.</summary>
    /// <param name="image">The image as it is stored.</param>
    /// <param name="orientation">1 to 8, as <see cref="ExifOrientation"/> has them.</param>
    public static Image Upright(Image image, int orientation)
    {
        if (orientation == 1)
            return image;
        bool swaps = ExifOrientation.SwapsSides(orientation);
        int height = swaps ? image.Width : image.Height;
        int width = swaps ? image.Height : image.Width;
        bool fromBottom = orientation is 3 or 4 or 7 or 8;
        bool fromRight = orientation is 2 or 3 or 6 or 7;
        int size = image.PixelBytes;
        ReadOnlySpan<byte> from = image.Pixels.Span;
        byte[] to = new byte[from.Length];
        for (int y = 0, j = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int down = fromBottom ? height - 1 - y : y;
                int across = fromRight ? width - 1 - x : x;
                (int row, int column) = swaps ? (across, down) : (down, across);
                ReadOnlySpan<byte> pixel = from.Slice(((row * image.Width) + column) * size, size);
                for (int k = 0; k < pixel.Length; k++)
                    to[j++] = pixel[k];
            }
        }

        return image with { Pixels = to, Height = height, Width = width };
    }
}
