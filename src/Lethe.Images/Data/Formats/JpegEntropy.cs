namespace Lethe.Data.Formats;

/// <summary>
/// Whether the coded data of a JPEG are all there: every code of every block of every scan is read, without making pixels of them. Decoders
/// do not say it: they fill what is missing with grey and report success. For files that look as if they had been cut off, since it takes
/// about as long as decoding.
/// </summary>
/// <remarks>
/// Sequential and progressive images with Huffman codes (ITU-T T.81, F.2 and G.2). Arithmetic and lossless coding are not read, and count
/// as broken off.
/// </remarks>
internal sealed class JpegEntropy
{
    // No image has so many zeros in a row; a file whose end was never written does.
    private const int LongestZeros = 32;

    private readonly ushort[][] dcTables = [[], [], [], []];
    private readonly ushort[][] acTables = [[], [], [], []];
    private JpegComponent[] components = [];
    private (int Columns, int Rows) units;
    private bool progressive;
    private int restartInterval;
    private long longest; // the most pixels that there can be codes for
    private int runOfEmpty; // blocks that have nothing more in this scan

    private JpegEntropy()
    {
    }

    /// <summary>Reads all codes.</summary>
    /// <param name="bytes">The file.</param>
    /// <returns>Where the data of the last scan end; 0 where the image is not whole.</returns>
    public static int EndOfData(ReadOnlySpan<byte> bytes) => new JpegEntropy().Read(bytes);

    private int Read(ReadOnlySpan<byte> bytes)
    {
        // A block of 8×8 takes one bit at least.
        longest = 512L * bytes.Length;
        var segments = new JpegSegments(bytes);
        int end = 0;
        while (segments.MoveNext())
        {
            if (segments.IsFrame && !ReadFrame(segments.Marker, segments.Content))
                return 0;
            else if (segments.Marker == JpegSegments.HuffmanTables)
                ReadTables(segments.Content);
            else if (segments.Marker == JpegSegments.RestartInterval && segments.Content.Length >= 2)
                restartInterval = (segments.Content[0] << 8) | segments.Content[1];
            else if (segments.Marker == JpegSegments.StartOfScan)
            {
                var bits = new JpegBits(segments.Scan);
                if (!ReadScan(segments.Content, ref bits))
                    return 0;
                end = segments.ScanStart + bits.Position;

                // Only at the end of the whole can something else begin within the data.
                bool isLast = components.All(component => component.BitsToCome.All(left => left == 0));
                ReadOnlySpan<byte> read = segments.Scan[..bits.Position], rest = segments.Scan[(bits.Position - bits.Left)..];
                if (read.IndexOf(new byte[LongestZeros]) >= 0 || (!rest.IsEmpty && rest.IndexOfAnyExcept((byte)0, (byte)0xFF) >= 0
                    && !(isLast && bits.IsFilledUp)))
                    return 0;
                if (isLast)
                    return bits.IsFilledUp ? end : 0;
            }
        }

        return 0;
    }

    private bool ReadFrame(byte marker, ReadOnlySpan<byte> content)
    {
        if (marker > 0xC2 || content.Length < 6 || content.Length < 6 + (3 * content[5]) || content[5] is 0 or > 4)
            return false;
        progressive = marker == 0xC2;
        int height = (content[1] << 8) | content[2], width = (content[3] << 8) | content[4];
        if ((long)height * width > longest)
            return false;
        components = new JpegComponent[content[5]];
        for (int i = 0; i < components.Length; i++)
        {
            (int across, int down) = (content[7 + (3 * i)] >> 4, content[7 + (3 * i)] & 15);
            if (across is 0 or > 4 || down is 0 or > 4)
                return false;
            components[i] = new JpegComponent(content[6 + (3 * i)], across, down);
        }

        int widest = components.Max(component => component.Across), tallest = components.Max(component => component.Down);
        units = (Ratio(width, 8 * widest), Ratio(height, 8 * tallest));
        foreach (JpegComponent component in components)
        {
            component.Blocks = (Ratio(Ratio(width * component.Across, widest), 8), Ratio(Ratio(height * component.Down, tallest), 8));
            component.Stride = units.Columns * component.Across;
            if (progressive)
                component.NonZero = new ulong[component.Stride * units.Rows * component.Down];
        }

        return height > 0 && width > 0;
    }

    private void ReadTables(ReadOnlySpan<byte> content)
    {
        while (content.Length >= 17)
        {
            ReadOnlySpan<byte> counts = content.Slice(1, 16);
            ushort[] table = new ushort[1 << 16];
            int code = 0, symbol = 17, left = content[0];
            for (int length = 1; length <= 16; length++)
            {
                for (int i = 0; i < counts[length - 1] && symbol < content.Length && code < 1 << 16; i++, symbol++)
                {
                    int codes = 1 << (16 - length);
                    table.AsSpan(code, Math.Min(codes, table.Length - code)).Fill((ushort)((length << 8) | content[symbol]));
                    code += codes;
                }
            }

            (left >> 4 == 0 ? dcTables : acTables)[left & 3] = table;
            content = content[Math.Min(symbol, content.Length)..];
        }
    }

    private bool ReadScan(ReadOnlySpan<byte> header, ref JpegBits bits)
    {
        int count = header.IsEmpty ? 0 : header[0];
        if (count is 0 or > 4 || header.Length < (2 * count) + 4)
            return false;
        var chosen = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            int id = header[1 + (2 * i)], tables = header[2 + (2 * i)];
            if (Array.Find(components, component => component.Id == id) is not { } found)
                return false;
            chosen[i] = found;
            (found.DcTable, found.AcTable) = (dcTables[(tables >> 4) & 3], acTables[tables & 3]);
        }

        ReadOnlySpan<byte> spectrum = header[(1 + (2 * count))..];
        var part = progressive ? new Part(spectrum[0], spectrum[1], spectrum[2] >> 4, spectrum[2] & 15) : new Part(0, 63, 0, 0);
        if (part.First > part.Last || part.Last > 63 || (part.First > 0 && count > 1) || !HasTables(chosen, part))
            return false;
        ReadUnits(chosen, part, ref bits);
        foreach (JpegComponent component in chosen)
            component.BitsToCome.AsSpan(part.First, part.Last - part.First + 1).Fill(part.Low);
        return !bits.IsBroken;
    }

    private static bool HasTables(JpegComponent[] chosen, Part part) => Array.TrueForAll(chosen, component =>
        (part.First > 0 || part.High > 0 || component.DcTable.Length > 0) && (part.Last == 0 || component.AcTable.Length > 0));

    private void ReadUnits(JpegComponent[] chosen, Part part, ref JpegBits bits)
    {
        bool alone = chosen.Length == 1;
        (int columns, int rows) = alone ? chosen[0].Blocks : units;
        runOfEmpty = 0;
        for (int unit = 0; unit < columns * rows && !bits.IsBroken; unit++)
        {
            if (restartInterval > 0 && unit > 0 && unit % restartInterval == 0)
            {
                bits.Restart();
                runOfEmpty = 0;
            }

            (int row, int column) = Math.DivRem(unit, columns);
            if (alone)
            {
                ReadBlock(chosen[0], (row * chosen[0].Stride) + column, part, ref bits);
                continue;
            }

            foreach (JpegComponent component in chosen)
            {
                for (int block = 0; block < component.Across * component.Down && !bits.IsBroken; block++)
                {
                    (int down, int across) = Math.DivRem(block, component.Across);
                    int place = (((row * component.Down) + down) * component.Stride) + (column * component.Across) + across;
                    ReadBlock(component, place, part, ref bits);
                }
            }
        }
    }

    private void ReadBlock(JpegComponent component, int place, Part part, ref JpegBits bits)
    {
        if (!progressive)
            ReadSequential(component, ref bits);
        else if (part.First == 0)
            bits.Take(part.High > 0 ? 1 : Math.Min(bits.Symbol(component.DcTable), 16));
        else if (part.High == 0)
            ReadFirst(component.AcTable, part, ref component.NonZero[place], ref bits);
        else
            Refine(component.AcTable, part, ref component.NonZero[place], ref bits);
    }

    private static void ReadSequential(JpegComponent component, ref JpegBits bits)
    {
        bits.Take(Math.Min(bits.Symbol(component.DcTable), 16));
        for (int k = 1; k < 64 && !bits.IsBroken; k++)
        {
            int symbol = bits.Symbol(component.AcTable), size = symbol & 15;
            if (size == 0 && symbol != 0xF0)
                return;
            k += symbol >> 4;
            bits.Take(size);
        }
    }

    private void ReadFirst(ushort[] table, Part part, ref ulong nonZero, ref JpegBits bits)
    {
        if (runOfEmpty > 0)
        {
            runOfEmpty--;
            return;
        }

        for (int k = part.First; k <= part.Last && !bits.IsBroken; k++)
        {
            int symbol = bits.Symbol(table), run = symbol >> 4, size = symbol & 15;
            if (size == 0 && run < 15)
            {
                runOfEmpty = (1 << run) - 1 + bits.Take(run);
                return;
            }

            k += run;
            if (size > 0)
                nonZero |= 1UL << (k & 63);
            bits.Take(size);
        }
    }

    private void Refine(ushort[] table, Part part, ref ulong nonZero, ref JpegBits bits)
    {
        int k = part.First;
        for (; runOfEmpty == 0 && k <= part.Last && !bits.IsBroken; k++)
        {
            int symbol = bits.Symbol(table), run = symbol >> 4, size = symbol & 15;
            if (size == 0 && run < 15)
            {
                runOfEmpty = (1 << run) + bits.Take(run);
                break;
            }

            bits.Take(size > 0 ? 1 : 0);
            for (; k <= part.Last; k++)
            {
                if ((nonZero >> k & 1) != 0)
                    bits.Take(1);
                else if (--run < 0)
                    break;
            }

            if (size > 0)
                nonZero |= 1UL << (k & 63);
        }

        if (runOfEmpty == 0)
            return;
        for (; k <= part.Last; k++)
            bits.Take((int)(nonZero >> k & 1));
        runOfEmpty--;
    }

    private static int Ratio(int whole, int part) => (whole + part - 1) / part;

    /// <summary>What a scan brings: coefficients First to Last, from the bit High (0 for the first time) down to Low.</summary>
    private readonly record struct Part(int First, int Last, int High, int Low);
}
