using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Data.Formats;

/// <summary>
/// Reads what SkiaSharp reads, to 8 bits: JPEG, PNG, BMP, WebP, and the first frame of GIF. Palettes are resolved, CMYK becomes RGB, alpha
/// is composited on white. Colour profiles are not applied, nor is the orientation.
/// </summary>
internal static class SkiaReader
{
    // The value that decoders give to what is missing.
    private const uint MissingGrey = 0xFF808080;

    /// <summary>Height and width as stored; null where more of the file is needed to know.</summary>
    /// <param name="head">The file, or its first bytes.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <exception cref="DataException">It cannot be used.</exception>
    public static unsafe (int Height, int Width)? ReadSize(ReadOnlySpan<byte> head, bool isWhole)
    {
        fixed (byte* start = head)
        {
            using SKData data = SKData.Create((nint)start, head.Length);
            using SKCodec? codec = isWhole ? Open(data) : SKCodec.Create(data);
            return codec is null ? null : (codec.Info.Height, codec.Info.Width);
        }
    }

    /// <summary>Decodes a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="format">What it is.</param>
    /// <param name="shortSide">A JPEG may come as small as has this short side.</param>
    /// <param name="channels">3 for three in any case; else grey where it is grey.</param>
    /// <param name="maxPixels">The most pixels to make of it.</param>
    /// <returns>The image as stored, and its size in the file.</returns>
    /// <exception cref="DataException">Why it cannot be used.</exception>
    public static (Image Image, (int Height, int Width) Stored) Decode(
        ReadOnlySpan<byte> bytes, ImageFormat format, int shortSide, int channels, long maxPixels)
    {
        if (format != ImageFormat.Jpeg)
            return DecodeWhole(bytes, shortSide, channels, maxPixels, out _);
        JpegLayout layout = JpegLayout.Read(bytes);
        int end = layout.IsDoubtful ? JpegEntropy.EndOfData(bytes) : layout.Length;
        if (end == 0)
            throw Truncated(SKEncodedImageFormat.Jpeg);
        if (!layout.IsEnded)
            return DecodeEnded(bytes[..end], shortSide, channels, maxPixels);
        (Image Image, (int Height, int Width) Stored) found = DecodeWhole(
            bytes[..layout.Length], shortSide, channels, maxPixels, out bool endsGrey);
        return endsGrey && !layout.IsDoubtful && JpegEntropy.EndOfData(bytes) == 0 ? throw Truncated(SKEncodedImageFormat.Jpeg) : found;
    }

    // The decoder waits for the end marker.
    private static (Image Image, (int Height, int Width) Stored) DecodeEnded(
        ReadOnlySpan<byte> bytes, int shortSide, int channels, long maxPixels)
    {
        byte[] ended = ArrayPool<byte>.Shared.Rent(bytes.Length + 2);
        try
        {
            bytes.CopyTo(ended);
            (ended[bytes.Length], ended[bytes.Length + 1]) = (0xFF, JpegSegments.EndOfImage);
            return DecodeWhole(ended.AsSpan(0, bytes.Length + 2), shortSide, channels, maxPixels, out _);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(ended);
        }
    }

    private static unsafe (Image Image, (int Height, int Width) Stored) DecodeWhole(
        ReadOnlySpan<byte> bytes, int shortSide, int channels, long maxPixels, out bool endsGrey)
    {
        fixed (byte* start = bytes)
        {
            using SKData data = SKData.Create((nint)start, bytes.Length);
            using SKCodec codec = Open(data);
            if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg && (long)codec.Info.Width * codec.Info.Height > maxPixels)
            {
                endsGrey = false;
                return (SkiaRows.Decode(codec, shortSide, maxPixels), (codec.Info.Height, codec.Info.Width));
            }

            SKImageInfo info = DecodedInfo(codec, shortSide, maxPixels);
            using LargeImage? alone = LargeImage.Enter((long)info.Width * info.Height);
            return (Pixels(codec, info, channels, out endsGrey), (codec.Info.Height, codec.Info.Width));
        }
    }

    // The short way does not say what is wrong.
    private static SKCodec Open(SKData data)
    {
        if (SKCodec.Create(data) is { } codec)
            return codec;
        using var stream = new SKMemoryStream(data);
        return SKCodec.Create(stream, out SKCodecResult result) ?? throw new DataException(
            result == SKCodecResult.IncompleteInput ? "truncated in the header" : "damaged in the header");
    }

    /// <summary>
    /// JPEG can be decoded at a half, a quarter or an eighth of its size in a fraction of the time. It is where that is large enough, or
    /// where it is needed to stay within the limit.
    /// </summary>
    private static SKImageInfo DecodedInfo(SKCodec codec, int shortSide, long maxPixels)
    {
        SKImageInfo info = codec.Info;
        SKAlphaType alpha = info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        SKSizeI size = info.Size;
        if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg)
        {
            foreach (float scale in (ReadOnlySpan<float>)[0.125f, 0.25f, 0.5f])
            {
                SKSizeI scaled = codec.GetScaledDimensions(scale);
                if (Math.Min(scaled.Width, scaled.Height) >= shortSide)
                {
                    size = scaled;
                    break;
                }
            }
        }

        LargeImage.Require(size.Height, size.Width, info.Height, info.Width, maxPixels);
        return new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, alpha, colorspace: null);
    }

    private static unsafe Image Pixels(SKCodec codec, SKImageInfo info, int channels, out bool endsGrey)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            SKCodecResult result;
            fixed (byte* pixels = buffer)
            {
                result = codec.GetPixels(info, (nint)pixels);
            }

            if (result == SKCodecResult.IncompleteInput)
                throw Truncated(codec.EncodedFormat);
            if (result != SKCodecResult.Success)
                throw new DataException($"corrupt {Name(codec.EncodedFormat)} ({result})");
            Span<byte> rgba = buffer.AsSpan(0, info.BytesSize);
            ReadOnlySpan<uint> row = MemoryMarshal.Cast<byte, uint>(rgba)[^Math.Min(info.Width, 4)..];
            endsGrey = row.IndexOfAnyExcept(MissingGrey) < 0;
            return Flatten(rgba, info.Height, info.Width, channels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Name(SKEncodedImageFormat format) =>
        format == SKEncodedImageFormat.Webp ? "WebP" : format.ToString().ToUpperInvariant();

    internal static DataException Truncated(SKEncodedImageFormat format) =>
        new($"truncated {Name(format)}: the end of its pixels is missing; copy or download it again");

    /// <summary>
    /// Composites red, green, blue, alpha on white and drops what is redundant, unless three channels are wanted in any case.
    /// </summary>
    internal static Image Flatten(Span<byte> rgba, int height, int width, int channels)
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
