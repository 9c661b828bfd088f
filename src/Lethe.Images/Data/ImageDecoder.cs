using System.Buffers;
using Lethe.Data.Formats;
using Lethe.Runtime;
using Microsoft.Win32.SafeHandles;

namespace Lethe.Data;

/// <summary>
/// Decodes one file, by what its first bytes say it is: JPEG, PNG, TIFF, BMP, WebP, PGM, PPM, an array of NumPy, and the first frame of
/// GIF. Palettes are resolved, CMYK becomes RGB, alpha is composited on white, the orientation is applied; colour profiles are not, as in
/// the libraries that published results come from. An image is grey where red, green and blue are equal in each pixel, however it is
/// stored.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>What <c>--max-megapixels</c> is where it is not given: more than most cameras make.</summary>
    public const int MaxMegapixels = 100;

    private const long MaxFileBytes = 1L << 29;

    /// <summary>Reads only the header.</summary>
    /// <returns>Height and width as seen, that is after the orientation.</returns>
    /// <exception cref="DataException">Why the file cannot be used, without its path.</exception>
    public static (int Height, int Width) ReadSize(string path)
    {
        ImageHeader header = ReadHeader(path);
        return (header.Height, header.Width);
    }

    /// <summary>Reads only the header.</summary>
    /// <exception cref="DataException">Why the file cannot be used, without its path.</exception>
    public static ImageHeader ReadHeader(string path)
    {
        if (DecoderPool.Current is { } others)
            return others.ReadHeader(path);
        using SafeFileHandle file = Open(path);
        int length = UsableLength(RandomAccess.GetLength(file));

        // A photo's header may hold thumbnails and profiles.
        foreach (int part in (ReadOnlySpan<int>)[1 << 14, 1 << 18, int.MaxValue])
        {
            int size = Math.Min(part, length);
            byte[] bytes = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                Span<byte> head = bytes.AsSpan(0, Fill(file, bytes.AsSpan(0, size)));
                if (ReadHeader(head, isWhole: size == length) is { } found)
                    return found;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }

        throw new DataException("truncated in the header");
    }

    /// <summary>Decodes a file; an image whose short side is larger than <paramref name="shortSide"/> is reduced to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shortSide">In pixels.</param>
    /// <param name="channels">1 or 3, or 0 for 1 where the image is grey and 3 otherwise.</param>
    /// <param name="maxMegapixels">How many millions of pixels may be in memory.</param>
    /// <returns>The image, and the height and width that it has in the file.</returns>
    /// <exception cref="DataException">Why the file cannot be used, without its path.</exception>
    public static DecodedFile Decode(
        string path, int shortSide, int channels = 0, int maxMegapixels = MaxMegapixels)
    {
        if (DecoderPool.Current is { } others)
            return others.Decode(new DecoderPipe.Question(Path.GetFullPath(path), shortSide, channels, maxMegapixels));
        using SafeFileHandle file = Open(path);
        int length = UsableLength(RandomAccess.GetLength(file));
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return Decode(bytes.AsSpan(0, Fill(file, bytes.AsSpan(0, length))), shortSide, channels, maxMegapixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Decodes what a stream holds from where it stands to its end.</summary>
    /// <exception cref="DataException">Why it cannot be used.</exception>
    public static DecodedFile Decode(Stream stream, int shortSide, int channels)
    {
        using var memory = new MemoryStream();
        byte[] part = new byte[1 << 16];
        for (int read = stream.Read(part); read > 0; read = stream.Read(part))
        {
            memory.Write(part, 0, read);
            UsableLength(memory.Length);
        }

        return Decode(memory.GetBuffer().AsSpan(0, UsableLength(memory.Length)), shortSide, channels, MaxMegapixels);
    }

    private static DecodedFile Decode(ReadOnlySpan<byte> bytes, int shortSide, int channels, int maxMegapixels)
    {
        ImageFormat format = FormatOf(bytes);
        long maxPixels = maxMegapixels * 1_000_000L;
        Image image;
        (int Height, int Width) stored;
        int orientation, more = 0;
        switch (format)
        {
            case ImageFormat.Tiff:
                (image, stored, orientation, more) = TiffReader.Decode(bytes, shortSide, maxPixels);
                break;
            case ImageFormat.Netpbm:
                (int height, int width, _) = NetpbmReader.ReadHeader(bytes);
                (image, stored, orientation) = (NetpbmReader.Decode(bytes, shortSide, maxPixels), (height, width), 1);
                break;
            case ImageFormat.Npy:
                image = NpyReader.Decode(bytes);
                (stored, orientation) = ((image.Height, image.Width), 1);
                (height, width) = Reduction.TargetSize(image.Height, image.Width, shortSide);
                image = Reduction.Reduce(image, height, width);
                break;
            case ImageFormat.Png when DeepPngReader.Reads(bytes):
                (height, width, _) = DeepPngReader.ReadHeader(bytes);
                (image, stored, orientation) =
                    (DeepPngReader.Decode(bytes, shortSide, maxPixels), (height, width), OrientationOf(bytes, format));
                break;
            default:
                (image, stored) = SkiaReader.Decode(bytes, format, shortSide, channels, maxPixels);
                orientation = OrientationOf(bytes, format);
                (height, width) = Reduction.TargetSize(stored.Height, stored.Width, shortSide);
                image = Reduction.Reduce(image, height, width);
                break;
        }

        image = Turning.Upright(image, orientation);
        return new DecodedFile(channels == 0 ? image : ImageConversion.ToChannels(image, channels), AsSeen(stored, orientation), more);
    }

    // Null where more of the file is needed.
    private static ImageHeader? ReadHeader(ReadOnlySpan<byte> head, bool isWhole)
    {
        ImageFormat format = FormatOf(head);
        if (format == ImageFormat.Tiff)
        {
            if (!isWhole)
                return null;
            (int height, int width, int bytes, int turned) = TiffReader.ReadHeader(head);
            (height, width) = AsSeen((height, width), turned);
            return new ImageHeader(height, width, bytes);
        }

        if (format == ImageFormat.Netpbm)
        {
            (int height, int width, int bytes) = NetpbmReader.ReadHeader(head);
            return new ImageHeader(height, width, bytes);
        }

        if (format == ImageFormat.Npy)
            return NpyReader.ReadHeader(head);
        int pixelBytes = 3;
        (int Height, int Width) stored;
        if (format == ImageFormat.Png && DeepPngReader.Reads(head))
        {
            (int height, int width, pixelBytes) = DeepPngReader.ReadHeader(head);
            stored = (height, width);
        }
        else if (SkiaReader.ReadSize(head, isWhole) is { } size)
        {
            stored = size;
        }
        else
        {
            return null;
        }

        // Equal sides are the same however they are turned; where the orientation may stand is known when all of the file is there.
        int orientation = stored.Height == stored.Width ? 1 : OrientationOf(head, format);
        if (stored.Height != stored.Width && orientation == 1 && !isWhole && MayBeTurned(head, format))
            return null;
        (int seenHeight, int seenWidth) = AsSeen(stored, orientation);
        return new ImageHeader(seenHeight, seenWidth, pixelBytes);
    }

    private static bool MayBeTurned(ReadOnlySpan<byte> head, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg or ImageFormat.Bmp or ImageFormat.Gif => false, // of JPEG sizes stand behind the orientation
        ImageFormat.WebP => head.Length > 20 && head[12..].StartsWith("VP8X"u8) && (head[20] & 8) != 0,
        _ => true,
    };

    private static ImageFormat FormatOf(ReadOnlySpan<byte> head)
    {
        ImageFormat format = FileSignature.Of(head);
        return format != ImageFormat.None ? format : throw new DataException(
            FileSignature.WhyNot(head[..Math.Min(head.Length, FileSignature.Length)]));
    }

    private static int OrientationOf(ReadOnlySpan<byte> bytes, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => JpegLayout.ReadOrientation(bytes),
        ImageFormat.Png => PngChunks.ReadOrientation(bytes),
        ImageFormat.WebP => WebPChunks.ReadOrientation(bytes),
        _ => 1,
    };

    private static (int Height, int Width) AsSeen((int Height, int Width) stored, int orientation) =>
        ExifOrientation.SwapsSides(orientation) ? (stored.Width, stored.Height) : stored;

    // A pipe would wait for a writer when it is opened. It has no length.
    private static SafeFileHandle Open(string path) =>
        new FileInfo(path) is { Exists: true, Length: 0 } ? throw new DataException("the file is empty") : File.OpenHandle(path);

    private static int Fill(SafeFileHandle file, Span<byte> bytes)
    {
        int read = 0;
        for (int more = 1; read < bytes.Length && more > 0; read += more)
            more = RandomAccess.Read(file, bytes[read..], read);
        return read;
    }

    private static int UsableLength(long length) => length switch
    {
        0 => throw new DataException("the file is empty"),
        > MaxFileBytes => throw new DataException($"{length} bytes, more than the limit of {MaxFileBytes}"),
        _ => (int)length,
    };
}
