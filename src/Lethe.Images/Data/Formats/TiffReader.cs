using System.Globalization;
using System.Text.RegularExpressions;
using BitMiracle.LibTiff.Classic;
using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>
/// Reads TIFF and BigTIFF files: the first page, or all pages as channels where ImageJ or OME says that they are. Strips and tiles, planes,
/// and every compression that LibTiff.NET knows.
/// </summary>
internal static partial class TiffReader
{
    private const int MostPages = 10_000;

    static TiffReader() => Tiff.SetErrorHandler(new TiffMessages());

    /// <summary>Whether a file is one of these.</summary>
    public static bool Reads(ReadOnlySpan<byte> head) =>
        head is [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..];

    /// <summary>Height and width as stored, bytes of a pixel in memory, and the orientation.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static (int Height, int Width, int PixelBytes, int Orientation) ReadHeader(ReadOnlySpan<byte> bytes) => Open(bytes, file =>
    {
        var page = new TiffPage(file);
        return (page.Height, page.Width, PagesOfChannels(file, page).Channels * page.Samples.Size(), page.Orientation);
    });

    /// <summary>Decodes a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="shortSide">The longest short side.</param>
    /// <param name="maxPixels">The most pixels in memory.</param>
    /// <returns>The image and its size as stored, its orientation, and how many more images the file holds.</returns>
    /// <exception cref="DataException">It is damaged, cut off or too large.</exception>
    public static (Image Image, (int Height, int Width) Stored, int Orientation, int MorePages) Decode(
        ReadOnlySpan<byte> bytes, int shortSide, long maxPixels) => Open(bytes, file =>
    {
        var page = new TiffPage(file);
        (int channels, int more) = PagesOfChannels(file, page);
        Image image = channels == page.Channels || page.Channels > 1
            ? DecodePage(file, page, shortSide, maxPixels)
            : DecodeChannels(file, page, channels, shortSide, maxPixels);
        bool isColour = channels == 3
            && (page.Photometric == Photometric.RGB || page.IsInk || page.IsConverted || page.Palette is not null);
        return (isColour ? GreyCheck.Narrow(image) : image, (page.Height, page.Width), page.Orientation, more);
    });

    private static unsafe T Open<T>(ReadOnlySpan<byte> bytes, Func<Tiff, T> read)
    {
        // Cameras of Canon's begin so.
        if (bytes.Length > 10 && bytes[8..].StartsWith("CR"u8))
            throw new DataException($"a raw photo of a camera (Canon). {UnreadFormats.Raw}");
        TiffBounds.Require(bytes);
        fixed (byte* start = bytes)
        {
            using var stream = new UnmanagedMemoryStream(start, bytes.Length);
            TiffMessages.TakeLast();
            try
            {
                using Tiff file = Tiff.ClientOpen("image", "r", stream, new TiffStream()) ?? throw Corrupt(TiffMessages.TakeLast());
                return read(file);
            }
            catch (Exception error) when (error is not LetheException)
            {
                // Of a damaged file LibTiff may throw anything, and its tags may ask for any memory.
                throw Corrupt(TiffMessages.TakeLast(), error);
            }
        }
    }

    private static DataException Corrupt(string? why, Exception? inner = null) =>
        new(why is null ? "corrupt TIFF" : $"corrupt TIFF ({why})", inner);

    // How many channels there are, and how many pages are left over.
    private static (int Channels, int More) PagesOfChannels(Tiff file, TiffPage first)
    {
        int pages = 1;
        while (pages < MostPages && file.ReadDirectory())
            pages += (NumberOf(file, TiffTag.SUBFILETYPE) & (int)FileType.REDUCEDIMAGE) != 0 ? 0 : 1;
        file.SetDirectory(0);
        string text = file.GetField(TiffTag.IMAGEDESCRIPTION) is { Length: > 0 } found ? found[0].ToString() ?? "" : "";
        bool areChannels = first.Channels == 1 && pages is > 1 and <= Image.MostChannels
            && (text.StartsWith("ImageJ=", StringComparison.Ordinal)
                ? Value(ImageJChannels(), text) == pages && Value(ImageJSlices(), text) <= 1 && Value(ImageJFrames(), text) <= 1
                : text.Contains("<OME", StringComparison.Ordinal)
                    && Value(OmeChannels(), text) == pages && Value(OmeSlices(), text) == 1 && Value(OmeTimes(), text) == 1);
        return areChannels ? (pages, 0) : (first.Channels, pages - 1);
    }

    private static int NumberOf(Tiff file, TiffTag tag) => file.GetField(tag) is { Length: > 0 } found ? found[0].ToInt() : 0;

    private static int Value(Regex pattern, string text) =>
        pattern.Match(text) is { Success: true } found
            && int.TryParse(found.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;

    private static Image DecodeChannels(Tiff file, TiffPage first, int channels, int shortSide, long maxPixels)
    {
        Image[] planes = new Image[channels];
        for (int c = 0, directory = 0; c < channels; directory++)
        {
            if (!file.SetDirectory((short)directory))
                throw Corrupt("a page is missing");
            var page = new TiffPage(file);
            if (page.IsReduced && c > 0)
                continue;
            if ((page.Height, page.Width, page.Samples, page.Channels) != (first.Height, first.Width, first.Samples, 1))
                throw new DataException("a TIFF whose pages are channels of different sizes or kinds: save them alike");
            planes[c++] = DecodePage(file, page, shortSide, maxPixels);
        }

        return Interleaved(planes);
    }

    private static Image Interleaved(Image[] planes)
    {
        int size = planes[0].Samples.Size(), count = planes[0].Pixels.Length / size;
        byte[] pixels = new byte[planes.Length * count * size];
        for (int c = 0; c < planes.Length; c++)
        {
            ReadOnlySpan<byte> from = planes[c].Pixels.Span;
            for (int i = 0; i < count; i++)
                from.Slice(i * size, size).CopyTo(pixels.AsSpan(((i * planes.Length) + c) * size));
        }

        return planes[0] with { Pixels = pixels, Channels = planes.Length };
    }

    private static Image DecodePage(Tiff file, TiffPage page, int shortSide, long maxPixels)
    {
        bool isWhole = page.IsPlanar || page.IsConverted;
        if (isWhole)
            LargeImage.Require(page.Height, page.Width, page.Height, page.Width, maxPixels);
        using LargeImage? alone = LargeImage.Enter(isWhole ? (long)page.Height * page.Width : 0);
        var sink = new RowSink(page.Height, page.Width, page.Channels, page.Samples, shortSide, maxPixels);
        if (page.IsConverted)
            Convert(file, page, sink);
        else
            ReadRows(file, page, sink);
        return sink.Result;
    }

    private static void ReadRows(Tiff file, TiffPage page, RowSink sink)
    {
        var rows = new TiffRows(file, page);
        var samples = new TiffSamples(page);
        int width = page.Width, stored = page.Stored;
        float[] row = new float[width * stored], wide = new float[3 * width];
        float[] planes = page.IsPlanar ? new float[checked(page.Height * width * stored)] : [];
        for (int plane = 0; page.IsPlanar && plane < stored; plane++)
        {
            for (int y = 0; y < page.Height; y++)
                samples.Unpack(rows.Read(y, plane), planes.AsSpan(((plane * page.Height) + y) * width, width));
        }

        for (int y = 0; y < page.Height; y++)
        {
            if (!page.IsPlanar)
                samples.Unpack(rows.Read(y, 0), row);
            for (int i = 0; page.IsPlanar && i < row.Length; i++)
                row[i] = planes[(((i % stored * page.Height) + y) * width) + (i / stored)];
            sink.Add(samples.Colour(row, wide));
        }
    }

    private static void Convert(Tiff file, TiffPage page, RowSink sink)
    {
        int[] raster = new int[page.Height * page.Width];
        if (!file.ReadRGBAImageOriented(page.Width, page.Height, raster, Orientation.TOPLEFT, stopOnError: true))
            throw Corrupt(TiffMessages.TakeLast());
        float[] row = new float[page.Width * 4];
        for (int y = 0; y < page.Height; y++)
        {
            for (int x = 0; x < page.Width; x++)
            {
                int pixel = raster[(y * page.Width) + x];
                (row[4 * x], row[(4 * x) + 1], row[(4 * x) + 2], row[(4 * x) + 3]) =
                    (Tiff.GetR(pixel), Tiff.GetG(pixel), Tiff.GetB(pixel), Tiff.GetA(pixel));
            }

            sink.Add(Alpha.Composite(row, 4, 3, 3, 255, multiplied: true));
        }
    }

    [GeneratedRegex(@"^channels=(\d+)", RegexOptions.Multiline)]
    private static partial Regex ImageJChannels();

    [GeneratedRegex(@"^slices=(\d+)", RegexOptions.Multiline)]
    private static partial Regex ImageJSlices();

    [GeneratedRegex(@"^frames=(\d+)", RegexOptions.Multiline)]
    private static partial Regex ImageJFrames();

    [GeneratedRegex("SizeC=\"(\\d+)\"")]
    private static partial Regex OmeChannels();

    [GeneratedRegex("SizeZ=\"(\\d+)\"")]
    private static partial Regex OmeSlices();

    [GeneratedRegex("SizeT=\"(\\d+)\"")]
    private static partial Regex OmeTimes();
}
