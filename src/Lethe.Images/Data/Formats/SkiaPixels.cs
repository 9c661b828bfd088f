using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Data.Formats;

/// <summary>What is made of the pixels that SkiaSharp decodes, and what is said of those that are missing.</summary>
internal static class SkiaPixels
{
    /// <summary>What a format is called.</summary>
    public static string Name(SKEncodedImageFormat format) =>
        format == SKEncodedImageFormat.Webp ? "WebP" : format.ToString().ToUpperInvariant();

    /// <summary>The error of a file whose end is missing.</summary>
    public static DataException Truncated(SKEncodedImageFormat format) =>
        new($"truncated {Name(format)}: the end of its pixels is missing; copy or download it again");

    /// <summary>
    /// Composites red, green, blue, alpha on white and drops what is redundant, unless three channels are wanted in any case.
    /// </summary>
    public static Image Flatten(Span<byte> rgba, int height, int width, int channels)
    {
        Composite(rgba);
        bool grey = channels != 3 && IsGrey(rgba);
        Memory<byte> pixels = PixelMemory.Allocate(height * width * (grey ? 1 : 3));
        Span<byte> to = pixels.Span;
        int i = 0, j = 0;
        if (!grey)
        {
            // Four pixels at a time; the last byte of what is written is overwritten by the next.
            Vector128<byte> colours = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
            for (; j + Vector128<byte>.Count <= to.Length; i += Vector128<byte>.Count, j += 12)
                Vector128.Shuffle(Vector128.Create<byte>(rgba[i..]), colours).CopyTo(to[j..]);
        }

        for (; i < rgba.Length; i += 4)
        {
            to[j++] = rgba[i];
            if (!grey)
            {
                to[j++] = rgba[i + 1];
                to[j++] = rgba[i + 2];
            }
        }

        return new Image(pixels, height, width, grey ? 1 : 3);
    }

    private static void Composite(Span<byte> rgba)
    {
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(rgba);
        uint opaque = BitConverter.IsLittleEndian ? 0xFF000000 : 0xFF;
        for (int pixel = IndexOfTransparent(words, opaque); pixel < words.Length; pixel++)
        {
            Span<byte> of = rgba.Slice(4 * pixel, 4);
            int alpha = of[3];
            for (int c = 0; c < 3 && alpha != 255; c++)
                of[c] = (byte)((of[c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }

    /// <summary>The first pixel, or the first of its group, that is not opaque; the number of pixels where all are.</summary>
    private static int IndexOfTransparent(ReadOnlySpan<uint> words, uint opaque)
    {
        Vector256<uint> mask = Vector256.Create(opaque);
        int i = 0;
        for (; i + Vector256<uint>.Count <= words.Length; i += Vector256<uint>.Count)
        {
            if ((Vector256.Create(words[i..]) & mask) != mask)
                return i;
        }

        while (i < words.Length && (words[i] & opaque) == opaque)
            i++;
        return i;
    }

    private static bool IsGrey(ReadOnlySpan<byte> rgba)
    {
        Vector128<byte> turned = Vector128.Create((byte)1, 2, 0, 3, 5, 6, 4, 7, 9, 10, 8, 11, 13, 14, 12, 15);
        int i = 0;
        for (; i + Vector128<byte>.Count <= rgba.Length; i += Vector128<byte>.Count)
        {
            Vector128<byte> four = Vector128.Create(rgba[i..]);
            if (four != Vector128.Shuffle(four, turned))
                return false;
        }

        for (; i < rgba.Length; i += 4)
        {
            if (rgba[i] != rgba[i + 1] || rgba[i] != rgba[i + 2])
                return false;
        }

        return true;
    }
}
