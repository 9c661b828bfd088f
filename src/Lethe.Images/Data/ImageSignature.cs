using System.Text;

namespace Lethe.Data;

/// <summary>What a file is by its first bytes, whatever its name says.</summary>
internal static class ImageSignature
{
    /// <summary>Bytes that are looked at.</summary>
    public const int Length = 64;

    /// <summary>Whether the bytes begin an image of a format that is read.</summary>
    public static bool IsImage(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A])
        || start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8)
        || (start.StartsWith("RIFF"u8) && At(start, 8, "WEBP"u8))
        || start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8) || start.StartsWith("II+\0"u8) || start.StartsWith("MM\0+"u8)
        || IsBitmap(start);

    /// <summary>What a file seems to be that is no image of a format that is read, and what to do; null where that is not known.</summary>
    public static string? Explain(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs.github.com"u8))
            return "a Git LFS pointer and not the image itself; run 'git lfs pull' in its repository";
        if (At(start, 4, "ftyp"u8) && start.Length >= 12)
        {
            return Encoding.ASCII.GetString(start[8..12]) switch
            {
                "avif" or "avis" => $"an AVIF image. {UnreadFormats.Avif}",
                "heic" or "heix" or "hevc" or "hevx" or "heim" or "heis" or "mif1" or "msf1" => $"a HEIC photo. {UnreadFormats.Heic}",
                "crx " => $"a camera's raw file. {UnreadFormats.Raw}",
                _ => "a film, not an image; take frames out of it first, as with 'ffmpeg -i FILM frame-%05d.png'",
            };
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || At(start, 4, "JXL "u8))
            return $"a JPEG XL image. {UnreadFormats.JpegXl}";
        if (At(start, 4, "jP  "u8) || start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]))
            return $"a JPEG 2000 image. {UnreadFormats.Jpeg2000}";
        if (start.StartsWith("8BPS"u8) || start.StartsWith("gimp xcf"u8))
            return $"the file of a drawing program. {UnreadFormats.Other}";
        if (start.StartsWith("%PDF"u8) || start.StartsWith("PK\x03\x04"u8) || start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return "a document or an archive, not an image; unpack it first";
        ReadOnlySpan<byte> text = start.TrimStart(" \t\r\n\uFEFF"u8);
        return text.StartsWith("<!DOCTYPE"u8) || text.StartsWith("<!doctype"u8) || text.StartsWith("<html"u8) || text.StartsWith("<HTML"u8)
            ? "a web page, which a server gave instead of the image; fetch it again"
            : null;
    }

    /// <summary>The first bytes of a file; none where it cannot be read, or has none, as a pipe or a device.</summary>
    public static ReadOnlySpan<byte> Read(string path)
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

    // "BM" begins many a text; a bitmap then has four bytes that are zero and a header of a known length.
    private static bool IsBitmap(ReadOnlySpan<byte> start) =>
        start.Length >= 26 && start.StartsWith("BM"u8) && start[6..10].IndexOfAnyExcept((byte)0) < 0
        && BitConverter.ToUInt32(start[14..18]) is 12 or 40 or 52 or 56 or 64 or 108 or 124;

    private static bool At(ReadOnlySpan<byte> start, int offset, ReadOnlySpan<byte> expected) =>
        start.Length >= offset + expected.Length && start[offset..].StartsWith(expected);
}
