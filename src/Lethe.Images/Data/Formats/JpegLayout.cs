using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>What the segments of a JPEG say: where its first image ends.</summary>
/// <param name="Length">Bytes of the first image.</param>
/// <param name="IsEnded">Whether it has its end marker.</param>
/// <param name="IsDoubtful">
/// Whether it may be half an image, so that <see cref="JpegEntropy"/> is asked: it has no end marker, or something unknown follows it, or
/// what is missing of it would not be grey, as of inks.
/// </param>
internal readonly record struct JpegLayout(int Length, bool IsEnded, bool IsDoubtful)
{
    /// <summary>A progressive JPEG needs about ten scans; thousands keep a decoder busy for minutes.</summary>
    private const int MaxScans = 500;

    /// <summary>Reads the segments.</summary>
    /// <param name="bytes">The file, which begins as a JPEG does.</param>
    /// <exception cref="DataException">It has no pixels, or too many scans.</exception>
    public static JpegLayout Read(ReadOnlySpan<byte> bytes)
    {
        var segments = new JpegSegments(bytes);
        int scans = 0;
        bool isInk = false;
        var parts = new JpegScans();
        while (segments.MoveNext())
        {
            parts.Take(in segments);
            scans += segments.Marker == JpegSegments.StartOfScan ? 1 : 0;
            isInk |= segments.IsFrame && segments.Content.Length > 5 && segments.Content[5] == 4;
        }

        if (scans > MaxScans)
            throw new DataException($"a JPEG of {scans} scans, more than the limit of {MaxScans}");
        if (scans == 0)
            throw new DataException("truncated in the header: a JPEG that ends before its pixels");
        if (parts.AreBroken)
            throw new DataException("damaged JPEG: a part of its pixels was never written; copy or download it again");
        if (parts.AreTooFew)
            throw SkiaPixels.Truncated(SkiaSharp.SKEncodedImageFormat.Jpeg);
        bool ended = segments.End > 0;
        int length = ended ? segments.End : bytes.Length;
        return new JpegLayout(length, ended, !ended || isInk || !IsKnown(bytes[length..]));
    }

    /// <summary>The orientation alone, of the head of a file.</summary>
    public static int ReadOrientation(ReadOnlySpan<byte> head)
    {
        var segments = new JpegSegments(head);
        while (segments.MoveNext() && segments.Marker != JpegSegments.StartOfScan)
        {
            if (segments.Marker == JpegSegments.App1 && segments.Content.StartsWith("Exif\0"u8)
                && ExifOrientation.Read(segments.Content[Math.Min(6, segments.Content.Length)..]) is > 0 and var orientation)
                return orientation;
        }

        return 1;
    }

    // Nothing, padding, a further image (multi-picture files, gain maps), a film (motion photos), or Samsung's trailer. Behind an end
    // marker that only looks like one, in the middle of other data, stands something else.
    private static bool IsKnown(ReadOnlySpan<byte> after)
    {
        int start = after.IndexOfAnyExcept((byte)0);
        if (start < 0)
            return true;
        ReadOnlySpan<byte> next = after[start..];
        return next.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || next.IndexOfAnyExcept((byte)0xFF) < 0
            || (after.Length >= 8 && after[4..].StartsWith("ftyp"u8))
            || next.StartsWith("SEFH"u8) || next.StartsWith("MotionPhoto_Data"u8) || (start == 2 && after.EndsWith("SEFT"u8));
    }
}
