using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lethe.Runtime;
using Microsoft.Win32.SafeHandles;
using SkiaSharp;

namespace Lethe.Data;

/// <summary>
/// Decodes one file: JPEG, PNG, BMP, WebP, and the first frame of GIF. Palettes are resolved, CMYK becomes RGB, alpha is
/// composited on white, the EXIF orientation is applied; colour profiles are not, as in the libraries that published
/// results come from. An image is grey where red, green and blue are equal in each pixel, however it is stored.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>More pixels than any camera makes: beyond it is an attack or an accident.</summary>
    public const long MaxPixels = 100_000_000;

    private const long MaxFileBytes = 1L << 29;

    /// <summary>A progressive JPEG needs about ten scans; thousands keep a decoder busy for minutes.</summary>
    private const int MaxScans = 500;

    /// <summary>
    /// Images with more pixels are decoded one at a time, so that memory in flight does not grow with the number of cores.
    /// </summary>
    private const int LargePixels = 16_000_000;

    private static readonly Lock OneLargeImage = new();

    /// <summary>Reads only the header.</summary>
    /// <returns>Height and width as seen, that is after the EXIF orientation.</returns>
    /// <exception cref="DataException">Why the file cannot be used, without its path.</exception>
    public static (int Height, int Width) ReadSize(string path)
    {
        UsableLength(new FileInfo(path).Length);
        using SKCodec codec = Checked(SKCodec.Create(path, out SKCodecResult result), result);
        return SizeOf(codec);
    }

    /// <summary>Decodes a file; an image whose short side is larger than <paramref name="shortSide"/> is reduced to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shortSide">In pixels.</param>
    /// <param name="channels">1 or 3, or 0 for 1 where the image is grey and 3 otherwise.</param>
    /// <returns>The image, and the height and width that it has in the file.</returns>
    /// <exception cref="DataException">Why the file cannot be used, without its path.</exception>
    public static (Image Image, (int Height, int Width) Stored) Decode(string path, int shortSide, int channels = 0)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        int length = UsableLength(RandomAccess.GetLength(file));
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            int read = 0;
            for (int more = 1; read < length && more > 0; read += more)
                more = RandomAccess.Read(file, bytes.AsSpan(read, length - read), read);
            return Decode(bytes.AsSpan(0, read), shortSide, channels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Decodes what a stream holds from where it stands to its end.</summary>
    /// <exception cref="DataException">Why it cannot be used.</exception>
    public static (Image Image, (int Height, int Width) Stored) Decode(Stream stream, int shortSide, int channels)
    {
        using var memory = new MemoryStream();
        byte[] part = new byte[1 << 16];
        for (int read = stream.Read(part); read > 0; read = stream.Read(part))
        {
            memory.Write(part, 0, read);
            UsableLength(memory.Length);
        }

        return Decode(memory.GetBuffer().AsSpan(0, UsableLength(memory.Length)), shortSide, channels);
    }

    private static unsafe (Image Image, (int Height, int Width) Stored) Decode(ReadOnlySpan<byte> bytes, int shortSide, int channels)
    {
        fixed (byte* start = bytes)
        {
            using SKData data = SKData.Create((nint)start, bytes.Length);
            using SKCodec codec = Open(data);
            if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg)
                RequireWholeJpeg(bytes);
            SKImageInfo info = DecodedInfo(codec, shortSide);
            bool large = (long)info.Width * info.Height > LargePixels;
            if (large)
                OneLargeImage.Enter();
            try
            {
                (int height, int width) = Reduction.TargetSize(codec.Info.Height, codec.Info.Width, shortSide);
                Image image = Upright(Reduction.Reduce(Pixels(codec, info, channels), height, width), codec.EncodedOrigin);
                return (channels == 0 ? image : ToChannels(image, channels), SizeOf(codec));
            }
            finally
            {
                if (large)
                    OneLargeImage.Exit();
            }
        }
    }

    /// <summary>Converts between grey and colour; colour becomes grey by the luma of ITU-R BT.601.</summary>
    public static Image ToChannels(Image image, int channels)
    {
        if (image.Channels == channels)
            return image;
        ReadOnlySpan<byte> from = image.Pixels.Span;
        byte[] to = new byte[image.Height * image.Width * channels];
        for (int i = 0; i < image.Height * image.Width; i++)
        {
            if (channels == 3)
                to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
            else
                to[i] = (byte)((299 * from[3 * i] + 587 * from[3 * i + 1] + 114 * from[3 * i + 2] + 500) / 1000);
        }

        return new Image(to, image.Height, image.Width, channels);
    }

    private static int UsableLength(long length) => length switch
    {
        0 => throw new DataException("the file is empty"),
        > MaxFileBytes => throw new DataException($"{length} bytes, more than the limit of {MaxFileBytes}"),
        _ => (int)length,
    };

    private static (int Height, int Width) SizeOf(SKCodec codec) =>
        SwapsSides(codec.EncodedOrigin) ? (codec.Info.Width, codec.Info.Height) : (codec.Info.Height, codec.Info.Width);

    // The short way does not say what is wrong.
    private static SKCodec Open(SKData data)
    {
        if (SKCodec.Create(data) is { } codec)
            return Checked(codec, SKCodecResult.Success);
        using var stream = new SKMemoryStream(data);
        return Checked(SKCodec.Create(stream, out SKCodecResult result), result);
    }

    private static SKCodec Checked(SKCodec? codec, SKCodecResult result)
    {
        if (codec is null)
        {
            throw new DataException(result == SKCodecResult.IncompleteInput
                ? "truncated in the header"
                : "not a JPEG, PNG, BMP, WebP or GIF image");
        }

        SKImageInfo info = codec.Info;
        string? reason =
            codec.EncodedFormat is not (
                SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Webp
                    or SKEncodedImageFormat.Gif)
            ? $"{codec.EncodedFormat} is not read; convert it to JPEG, PNG, BMP, WebP or GIF"
            : (long)info.Width * info.Height > MaxPixels
                ? $"{info.Width}×{info.Height} pixels, more than the limit of {MaxPixels / 1_000_000} megapixels"
                : null;
        if (reason is null)
            return codec;
        codec.Dispose();
        throw new DataException(reason);
    }

    /// <summary>Decoders fill what is missing with grey and report success where the end is lost but a few bytes.</summary>
    private static void RequireWholeJpeg(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> startOfScan = [0xFF, 0xDA];
        ReadOnlySpan<byte> endOfImage = [0xFF, 0xD9];
        if (bytes.LastIndexOf(endOfImage) < bytes.LastIndexOf(startOfScan))
            throw new DataException("truncated JPEG: it has no end");
        int scans = bytes.Count(startOfScan);
        if (scans > MaxScans)
            throw new DataException($"a JPEG of {scans} scans, more than the limit of {MaxScans}");
    }

    /// <summary>JPEG can be decoded at a half, a quarter or an eighth of its size in a fraction of the time.</summary>
    private static SKImageInfo DecodedInfo(SKCodec codec, int shortSide)
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

        return new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, alpha, colorspace: null);
    }

    private static unsafe Image Pixels(SKCodec codec, SKImageInfo info, int channels)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            SKCodecResult result;
            fixed (byte* pixels = buffer)
            {
                result = codec.GetPixels(info, (nint)pixels);
            }

            if (result != SKCodecResult.Success)
            {
                throw new DataException(result == SKCodecResult.IncompleteInput
                    ? $"truncated {codec.EncodedFormat}"
                    : $"corrupt {codec.EncodedFormat} ({result})");
            }

            return Flatten(buffer.AsSpan(0, info.BytesSize), info.Height, info.Width, channels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Composites red, green, blue, alpha on white and drops what is redundant, unless three channels are wanted in any case.
    /// </summary>
    private static Image Flatten(Span<byte> rgba, int height, int width, int channels)
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

    private static bool SwapsSides(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop;

    /// <summary>Applies the EXIF orientation: the origin says which corner of the scene the first stored pixel is.</summary>
    private static Image Upright(Image image, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
            return image;
        bool swaps = SwapsSides(origin);
        int height = swaps ? image.Width : image.Height;
        int width = swaps ? image.Height : image.Width;
        bool fromBottom = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        bool fromRight = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom;
        ReadOnlySpan<byte> from = image.Pixels.Span;
        byte[] to = new byte[from.Length];
        for (int y = 0, j = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int down = fromBottom ? height - 1 - y : y;
                int across = fromRight ? width - 1 - x : x;
                (int row, int column) = swaps ? (across, down) : (down, across);
                for (int c = 0; c < image.Channels; c++)
                {
                    to[j++] = from[(row * image.Width + column) * image.Channels + c];
                }
            }
        }

        return new Image(to, height, width, image.Channels);
    }
}
