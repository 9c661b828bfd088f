using System.Buffers;
using System.Runtime.InteropServices;
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
            throw SkiaPixels.Truncated(SKEncodedImageFormat.Jpeg);
        if (!layout.IsEnded)
            return DecodeEnded(bytes[..end], shortSide, channels, maxPixels);
        (Image Image, (int Height, int Width) Stored) found = DecodeWhole(
            bytes[..layout.Length], shortSide, channels, maxPixels, out bool endsGrey);
        return endsGrey && !layout.IsDoubtful && JpegEntropy.EndOfData(bytes) == 0
            ? throw SkiaPixels.Truncated(SKEncodedImageFormat.Jpeg)
            : found;
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
                return (SkiaRows.Decode(codec, bytes.Length, shortSide, maxPixels), (codec.Info.Height, codec.Info.Width));
            }

            SKImageInfo info = DecodedInfo(codec, shortSide, maxPixels);
            LargeImage.RequireHeld(codec.Info.Height, codec.Info.Width, bytes.Length);
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
                throw SkiaPixels.Truncated(codec.EncodedFormat);
            if (result != SKCodecResult.Success)
                throw new DataException($"corrupt {SkiaPixels.Name(codec.EncodedFormat)} ({result})");
            Span<byte> rgba = buffer.AsSpan(0, info.BytesSize);
            ReadOnlySpan<uint> row = MemoryMarshal.Cast<byte, uint>(rgba)[^Math.Min(info.Width, 4)..];
            endsGrey = row.IndexOfAnyExcept(MissingGrey) < 0;
            return SkiaPixels.Flatten(rgba, info.Height, info.Width, channels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
