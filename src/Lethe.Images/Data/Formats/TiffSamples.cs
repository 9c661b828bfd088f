using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;

namespace Lethe.Data.Formats;

/// <summary>
/// Makes numbers of the samples of a TIFF file. Levels of fewer than 8 bits become 8, of 9 to 15 bits 16, by the ratio of white; signed
/// and 32-bit integers and floating-point numbers become single precision. Palettes are resolved, inks become red, green and blue, alpha
/// is composited on white.
/// </summary>
internal sealed class TiffSamples(TiffPage page)
{
    private readonly float white = page.Samples.White();
    private readonly float scale = page.Samples.White() / ((1L << Math.Min(page.Bits, 16)) - 1);

    /// <summary>Reads packed samples.</summary>
    /// <param name="packed">In the byte order of the machine.</param>
    /// <param name="to">As many numbers as are wanted.</param>
    public void Unpack(ReadOnlySpan<byte> packed, Span<float> to)
    {
        switch (page.Format, page.Bits)
        {
            case (SampleFormat.IEEEFP, 16):
                Convert<Half>(packed, to);
                break;
            case (SampleFormat.IEEEFP, 32):
                Convert<float>(packed, to);
                break;
            case (SampleFormat.IEEEFP, 64):
                Convert<double>(packed, to);
                break;
            case (SampleFormat.INT, 8):
                Convert<sbyte>(packed, to);
                break;
            case (SampleFormat.INT, 16):
                Convert<short>(packed, to);
                break;
            case (SampleFormat.INT, 32):
                Convert<int>(packed, to);
                break;
            case (_, 8):
                Convert<byte>(packed, to);
                break;
            case (_, 16):
                Convert<ushort>(packed, to);
                break;
            case (_, 32):
                Convert<uint>(packed, to);
                break;
            default:
                UnpackBits(packed, to);
                break;
        }
    }

    /// <summary>Makes pixels of a row of samples.</summary>
    /// <param name="row">The samples, interleaved; overwritten.</param>
    /// <param name="wide">Room for three numbers a pixel.</param>
    /// <returns>The channels, interleaved.</returns>
    public Span<float> Colour(Span<float> row, Span<float> wide)
    {
        if (page.Palette is { } palette)
            return Resolve(palette, row, wide);
        if (page.Photometric == Photometric.MINISWHITE && page.Samples != SampleType.Float32)
        {
            for (int i = 0; i < row.Length; i += page.Stored)
                row[i] = white - row[i];
        }

        int colours = page.Colours;
        if (page.IsInk)
        {
            row = Print(row);
            colours = 3;
        }

        (int alpha, bool multiplied) = page.Alpha;
        int stored = page.Stored - (page.IsInk ? 1 : 0);
        return alpha < 0 ? row : Alpha.Composite(row, stored, alpha - (page.IsInk ? 1 : 0), colours, white, multiplied);
    }

    private static void Convert<T>(ReadOnlySpan<byte> packed, Span<float> to)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(packed);
        for (int i = 0; i < to.Length; i++)
            to[i] = float.CreateTruncating(from[i]);
    }

    private void UnpackBits(ReadOnlySpan<byte> packed, Span<float> to)
    {
        int bits = page.Bits;
        for (int i = 0, at = 0; i < to.Length; i++, at += bits)
        {
            uint three = (uint)packed[at / 8] << 16 | (uint)(at / 8 + 1 < packed.Length ? packed[at / 8 + 1] : 0) << 8
                | (at / 8 + 2 < packed.Length ? packed[at / 8 + 2] : 0u);
            uint value = (three >> (24 - bits - (at % 8))) & ((1u << bits) - 1);
            if (page.Palette is not null)
                to[i] = value;
            else
                to[i] = page.Format == SampleFormat.INT ? (int)(value << (32 - bits)) >> (32 - bits) : MathF.Round(value * scale);
        }
    }

    // Entries have 16 bits; some writers leave the upper 8 out.
    private Span<float> Resolve(short[][] palette, Span<float> indices, Span<float> wide)
    {
        bool isShort = palette.All(colour => colour.All(value => (ushort)value < 256));
        int count = indices.Length / page.Stored;
        for (int i = 0; i < count; i++)
        {
            int index = (int)indices[i * page.Stored];
            for (int c = 0; c < 3; c++)
                wide[(3 * i) + c] = index < palette[c].Length ? (ushort)palette[c][index] >> (isShort ? 0 : 8) : 0;
        }

        return wide[..(3 * count)];
    }

    // Cyan, magenta, yellow, key: as JPEG's inks are decoded.
    private Span<float> Print(Span<float> row)
    {
        int to = 0;
        for (int from = 0; from < row.Length; from += page.Stored)
        {
            float light = 1 - (row[from + 3] / white);
            for (int c = 0; c < 3; c++)
                row[to++] = MathF.Round((white - row[from + c]) * light);
            for (int c = 4; c < page.Stored; c++)
                row[to++] = row[from + c];
        }

        return row[..to];
    }
}
