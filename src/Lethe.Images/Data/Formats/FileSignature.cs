using System.Text;
using Lethe.Storage;

namespace Lethe.Data.Formats;

/// <summary>Tells by its first bytes what a file is, whatever it is called.</summary>
internal static class FileSignature
{
    /// <summary>The formats that are read, as a sentence names them.</summary>
    public const string Read = "JPEG, PNG, TIFF, BMP, WebP, GIF, PGM or PPM";

    /// <summary>Bytes that suffice.</summary>
    public const int Length = 1024;

    // What begins a file, from which place on, and what to say of it.
    private static readonly (int At, byte[] Bytes, string What)[] others =
    [
        (0, "version https://git-lfs.github.com/spec"u8.ToArray(),
            "a Git LFS pointer, not the image itself: fetch the images with 'git lfs pull'"),
        (0, "version https://hawser.github.com/spec"u8.ToArray(),
            "a Git LFS pointer, not the image itself: fetch the images with 'git lfs pull'"),
        (0, "/annex/objects/"u8.ToArray(), "a git-annex pointer, not the image itself: fetch the images with 'git annex get'"),
        (0, "../.git/annex/objects/"u8.ToArray(), "a git-annex pointer, not the image itself: fetch the images with 'git annex get'"),
        (0, [0xFF, 0x0A], $"a JPEG XL image. {UnreadFormats.JpegXl}"),
        (0, [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' '], $"a JPEG XL image. {UnreadFormats.JpegXl}"),
        (0, [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '], $"a JPEG 2000 image. {UnreadFormats.Jpeg2000}"),
        (0, [0xFF, 0x4F, 0xFF, 0x51], $"a JPEG 2000 image. {UnreadFormats.Jpeg2000}"),
        (0, "FUJIFILMCCD-RAW"u8.ToArray(), Raw("Fujifilm")),
        (0, "IIRO"u8.ToArray(), Raw("Olympus")),
        (0, "IIRS"u8.ToArray(), Raw("Olympus")),
        (0, "MMOR"u8.ToArray(), Raw("Olympus")),
        (0, "IIU\0"u8.ToArray(), Raw("Panasonic")),
        (0, "FOVb"u8.ToArray(), Raw("Sigma")),
        (0, "\0MRM"u8.ToArray(), Raw("Minolta")),
        (0, [(byte)'I', (byte)'I', 0xBC, 1], $"a JPEG XR image. {UnreadFormats.Other}"),
        (0, "%PDF"u8.ToArray(), "a PDF document: write its pages or images as PNG, as with 'pdftoppm -png'"),
        (0, "%!PS"u8.ToArray(), "a PostScript document: write it as PNG"),
        (0, "8BPS"u8.ToArray(), $"a Photoshop document. {UnreadFormats.Other}"),
        (0, "gimp xcf"u8.ToArray(), $"a GIMP document. {UnreadFormats.Other}"),
        (0, [0, 0, 1, 0], $"an icon file. {UnreadFormats.Other}"),
        (0, "SIMPLE  ="u8.ToArray(), "a FITS file: save its data as .npy or 32-bit TIFF"),
        (128, "DICM"u8.ToArray(), "a DICOM file: save its pixels as 16-bit PNG, TIFF or .npy"),
        (344, "n+1\0"u8.ToArray(), "a NIfTI volume: save its slices as .npy"),
        (0, [0x89, (byte)'H', (byte)'D', (byte)'F'], "an HDF5 file: save its images as .npy"),
        (0, [0x76, 0x2F, 0x31, 0x01], "an OpenEXR image, which is not read: save it as 32-bit TIFF or .npy"),
        (0, "#?RADIANCE"u8.ToArray(), "a Radiance HDR image, which is not read: save it as 32-bit TIFF"),
        (0, [0, 5, 0x16, 7], "macOS's notes on a file of the same name ('._' in front): delete it"),
        (0, [0x1F, 0x8B], "a gzip archive: unpack it"),
        (0, [(byte)'P', (byte)'K', 3, 4], "a zip archive: unpack it"),
        (0, [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "an xz archive: unpack it"),
        (0, [0x1A, 0x45, 0xDF, 0xA3], Film("Matroska")),
    ];

    /// <summary>The first bytes of a file; none where it cannot be read, or has none, as a pipe or a device.</summary>
    public static ReadOnlySpan<byte> HeadOf(string path)
    {
        try
        {
            // A pipe waits for a writer when it is opened. It has no length.
            if (new FileInfo(path).Length == 0)
                return [];
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            byte[] start = new byte[Length];
            return start.AsSpan(0, RandomAccess.Read(file, start, 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return [];
        }
    }

    /// <summary>What the file is, if it is read.</summary>
    /// <param name="head">Its first bytes.</param>
    public static ImageFormat Of(ReadOnlySpan<byte> head)
    {
        if (head is [0xFF, 0xD8, 0xFF, ..])
            return ImageFormat.Jpeg;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.Png;
        if (head.StartsWith("GIF8"u8))
            return ImageFormat.Gif;
        if (IsBitmap(head))
            return ImageFormat.Bmp;
        if (TiffReader.Reads(head))
            return ImageFormat.Tiff;
        if (NetpbmReader.Reads(head))
            return ImageFormat.Netpbm;
        if (head.StartsWith(NpyFile.Magic))
            return ImageFormat.Npy;
        return head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? ImageFormat.WebP : ImageFormat.None;
    }

    /// <summary>What a file that is not read is, and what to do about it.</summary>
    /// <param name="head">Its first bytes.</param>
    /// <returns>To follow "it is".</returns>
    public static string WhyNot(ReadOnlySpan<byte> head) => Explain(head) ?? $"not a {Read} image";

    /// <summary>The same; null where nothing is known of it.</summary>
    public static string? Explain(ReadOnlySpan<byte> head)
    {
        foreach ((int at, byte[] bytes, string what) in others)
        {
            if (head.Length > at && head[at..].StartsWith(bytes))
                return what;
        }

        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8))
            return Boxed(Encoding.ASCII.GetString(head.Slice(8, 4)));
        if (!head.IsEmpty && head.IndexOfAnyExcept((byte)0) < 0)
            return "nothing but zeros: a copy that was never finished; copy it again";
        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n').ToLowerInvariant();
        return text.StartsWith("<svg", StringComparison.Ordinal)
            || (text.StartsWith("<?xml", StringComparison.Ordinal) && text.Contains("<svg", StringComparison.Ordinal))
            ? $"an SVG drawing, which has no pixels. {UnreadFormats.Other}"
            : text.StartsWith("<!doctype html", StringComparison.Ordinal) || text.StartsWith("<html", StringComparison.Ordinal)
                ? "a web page, which a server gave instead of the image: fetch it again"
                : null;
    }

    // "BM" begins many a text; a bitmap then has four bytes that are zero and a header of a known length.
    private static bool IsBitmap(ReadOnlySpan<byte> start) =>
        start.Length >= 26 && start.StartsWith("BM"u8) && start[6..10].IndexOfAnyExcept((byte)0) < 0
        && BitConverter.ToUInt32(start[14..18]) is 12 or 40 or 52 or 56 or 64 or 108 or 124;

    private static string Boxed(string brand) => brand switch
    {
        "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "mif1" or "msf1" =>
            $"a HEIC photo. {UnreadFormats.Heic}",
        "avif" or "avis" => $"an AVIF image. {UnreadFormats.Avif}",
        "crx " => Raw("Canon"),
        "jxl " => $"a JPEG XL image. {UnreadFormats.JpegXl}",
        _ => Film(brand.Trim() == "qt" ? "QuickTime" : "MP4"),
    };

    private static string Raw(string maker) =>
        $"a raw photo of a camera ({maker}). {UnreadFormats.Raw}";

    private static string Film(string kind) => $"a film ({kind}), not an image: write frames of it as JPEG or PNG, as with ffmpeg";
}
