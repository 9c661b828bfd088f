namespace Lethe.Data.Formats;

/// <summary>
/// What can be told of a JPEG's scans without reading their codes: whether those of a progressive image are all there, and whether a part
/// of one was never written.
/// </summary>
internal sealed class JpegScans
{
    // Blocks of an image do not take so many zeros in a row, unless a single zero says "nothing more in this block".
    private const int LongestZeros = 32;

    // Of each component, for each coefficient how many of its low bits are still to come.
    private readonly Dictionary<byte, int[]> toCome = [];

    // What a code of zeros means in each table of coefficients: 0 is the end of a block.
    private readonly int[] ofZeros = [0, 0, 0, 0];

    private bool progressive;

    /// <summary>Whether something is missing.</summary>
    public bool AreBroken { get; private set; }

    /// <summary>Whether scans of a progressive image are still to come.</summary>
    public bool AreTooFew => progressive && toCome.Values.Any(bits => bits.Any(left => left > 0));

    /// <summary>Takes the next segment.</summary>
    public void Take(ref readonly JpegSegments segments)
    {
        ReadOnlySpan<byte> content = segments.Content;
        if (segments.IsFrame && content.Length >= 6)
        {
            progressive = segments.Marker == 0xC2;
            for (int i = 6; i + 2 < content.Length && toCome.Count < 4; i += 3)
                toCome[content[i]] = [.. Enumerable.Repeat(int.MaxValue, 64)];
        }
        else if (segments.Marker == JpegSegments.HuffmanTables)
        {
            ReadTables(content);
        }
        else if (segments.Marker == JpegSegments.StartOfScan && !content.IsEmpty && content.Length >= (2 * content[0]) + 4)
        {
            ReadScan(content, segments.Scan);
        }
    }

    private void ReadTables(ReadOnlySpan<byte> content)
    {
        while (content.Length > 17)
        {
            int symbols = 0;
            foreach (byte count in content.Slice(1, 16))
                symbols += count;
            if (content[0] >> 4 == 1)
                ofZeros[content[0] & 3] = content[17];
            content = content[Math.Min(17 + symbols, content.Length)..];
        }
    }

    private void ReadScan(ReadOnlySpan<byte> header, ReadOnlySpan<byte> codes)
    {
        int components = header[0];
        ReadOnlySpan<byte> spectrum = header[(1 + (2 * components))..];
        for (int i = 0; i < components; i++)
        {
            if (toCome.TryGetValue(header[1 + (2 * i)], out int[]? bits) && spectrum[0] <= spectrum[1] && spectrum[1] < bits.Length)
                bits.AsSpan(spectrum[0]..(spectrum[1] + 1)).Fill(spectrum[2] & 15);
        }

        // Zeros at the end may be what a file was filled up with.
        bool zerosMean = !progressive && components > 0 && ofZeros[header[2] & 3] != 0;
        AreBroken |= zerosMean && codes.TrimEnd((byte)0).IndexOf(stackalloc byte[LongestZeros]) >= 0;
    }
}
