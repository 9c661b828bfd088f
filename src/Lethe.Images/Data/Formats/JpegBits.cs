namespace Lethe.Data.Formats;

/// <summary>The bits of a scan of a JPEG. What is asked for beyond the data sets <see cref="IsBroken"/>.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> data = data;
    private ulong buffer; // the next bits at the top
    private int count;

    /// <summary>Whether bits were missing, or no code fits them.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where reading stands: behind the bytes that were taken into the buffer.</summary>
    public int Position { get; private set; }

    /// <summary>Whole bytes in the buffer that nobody asked for.</summary>
    public readonly int Left => count / 8;

    /// <summary>Whether what is left of the byte that reading stands in is ones, as encoders fill it.</summary>
    public readonly bool IsFilledUp => count % 8 == 0 || buffer >> (64 - (count % 8)) == (1UL << (count % 8)) - 1;

    /// <summary>The next bits.</summary>
    /// <param name="bits">How many, at most 16.</param>
    public int Take(int bits)
    {
        if (bits == 0)
            return 0;
        if (count < bits)
            Fill();
        int value = (int)(buffer >> (64 - bits));
        Drop(bits);
        return value;
    }

    /// <summary>The next symbol.</summary>
    /// <param name="table">For each sixteen bits the length of the code that they begin with, times 256, and its symbol.</param>
    public int Symbol(ushort[] table)
    {
        if (count < 16)
            Fill();
        ushort entry = table[(int)(buffer >> 48)];
        IsBroken |= entry < 256;
        Drop(entry >> 8);
        return entry & 255;
    }

    /// <summary>Goes behind the next restart marker.</summary>
    public void Restart()
    {
        (buffer, count) = (0, 0);
        while (Position + 1 < data.Length && !(data[Position] == 0xFF && data[Position + 1] is >= 0xD0 and <= 0xD7))
            Position++;
        IsBroken |= Position + 1 >= data.Length;
        Position = Math.Min(Position + 2, data.Length);
    }

    private void Drop(int bits)
    {
        IsBroken |= bits > count;
        buffer <<= bits;
        count = Math.Max(count - bits, 0);
    }

    private void Fill()
    {
        while (count <= 56 && Position < data.Length)
        {
            byte next = data[Position];
            if (next == 0xFF && (Position + 1 == data.Length || data[Position + 1] != 0))
                return; // a restart marker, or the end
            buffer |= (ulong)next << (56 - count);
            count += 8;
            Position += next == 0xFF ? 2 : 1;
        }
    }
}
