namespace Lethe.Data.Formats;

/// <summary>Finds images in colour that are grey.</summary>
internal static class GreyCheck
{
    /// <summary>The image as grey, where red, green and blue are equal in each pixel; else as it is.</summary>
    /// <param name="image">An image of three channels.</param>
    public static Image Narrow(Image image)
    {
        int size = image.Samples.Size();
        ReadOnlySpan<byte> from = image.Pixels.Span;
        for (int i = 0; i < from.Length; i += 3 * size)
        {
            if (!from.Slice(i, 2 * size).SequenceEqual(from.Slice(i + size, 2 * size)))
                return image;
        }

        byte[] to = new byte[from.Length / 3];
        for (int i = 0; i < to.Length; i += size)
            from.Slice(3 * i, size).CopyTo(to.AsSpan(i));
        return image with { Pixels = to, Channels = 1 };
    }
}
