using BitMiracle.LibTiff.Classic;
using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>What the tags of one page of a TIFF file say of its pixels.</summary>
internal sealed class TiffPage
{
    private const TiffTag DngVersion = (TiffTag)50706;
    private const int MostInARow = 1 << 24;
    private const int ColourFilters = 32803, LinearRaw = 34892;

    /// <summary>Reads the tags of the page that is current.</summary>
    /// <exception cref="DataException">The page cannot be read.</exception>
    public TiffPage(Tiff file)
    {
        Height = Number(file, TiffTag.IMAGELENGTH, 0);
        Width = Number(file, TiffTag.IMAGEWIDTH, 0);
        Bits = Number(file, TiffTag.BITSPERSAMPLE, 1);
        Stored = Number(file, TiffTag.SAMPLESPERPIXEL, 1);
        Format = (SampleFormat)Number(file, TiffTag.SAMPLEFORMAT, (int)SampleFormat.UINT);
        Compression = (Compression)Number(file, TiffTag.COMPRESSION, (int)Compression.NONE);
        Photometric = (Photometric)Number(file, TiffTag.PHOTOMETRIC, (int)(Stored is 3 or 4 ? Photometric.RGB : Photometric.MINISBLACK));
        IsPlanar = Stored > 1 && Number(file, TiffTag.PLANARCONFIG, 1) == (int)PlanarConfig.SEPARATE;
        Orientation = Number(file, TiffTag.ORIENTATION, 1) is >= 1 and <= 8 and var turned ? turned : 1;
        IsReduced = (Number(file, TiffTag.SUBFILETYPE, 0) & (int)FileType.REDUCEDIMAGE) != 0;
        FieldValue[]? extra = file.GetField(TiffTag.EXTRASAMPLES);
        ExtraSamples = extra is null ? [] : [.. extra[1].ToShortArray()];
        if (Photometric == Photometric.PALETTE && file.GetField(TiffTag.COLORMAP) is { } map)
            Palette = [.. map.Take(3).Select(colour => colour.ToShortArray())];
        if (file.GetField(DngVersion) is not null || (int)Photometric is ColourFilters or LinearRaw
            || (IsReduced && file.GetField(TiffTag.SUBIFD) is not null))
            throw new DataException($"a raw photo of a camera. {UnreadFormats.Raw}");
        if (Height <= 0 || Width <= 0 || Stored <= 0 || (long)Width * Stored > MostInARow)
            throw new DataException("corrupt TIFF: its header cannot be");
        TiffBounds.RequirePixels(
            Height, Width, (long)(Photometric == Photometric.YCBCR ? 1 : Stored) * Bits, (int)Compression,
            ((Stream)file.Clientdata()).Length);
        if (Format is SampleFormat.COMPLEXINT or SampleFormat.COMPLEXIEEEFP)
            throw new DataException("a TIFF of complex numbers: save their magnitude or their parts as bands");
        if (!file.IsCodecConfigured(Compression))
            throw new DataException(
                $"a TIFF compressed in a way that is not read ({Compression}): save it with deflate, LZW or uncompressed");
        bool isKnown = Format == SampleFormat.IEEEFP ? Bits is 16 or 32 or 64 : Bits is (>= 1 and <= 16) or 32;
        if (!isKnown)
            throw new DataException($"a TIFF of samples of {Bits} bits; save it with 8, 16 or 32");
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Bits of a sample in the file.</summary>
    public int Bits { get; }

    /// <summary>Samples of a pixel in the file.</summary>
    public int Stored { get; }

    public SampleFormat Format { get; }

    public Compression Compression { get; }

    public Photometric Photometric { get; }

    /// <summary>Whether each sample has a plane of its own.</summary>
    public bool IsPlanar { get; }

    public int Orientation { get; }

    /// <summary>Whether it is a smaller copy of another page.</summary>
    public bool IsReduced { get; }

    /// <summary>What the samples beyond the colours are.</summary>
    public IReadOnlyList<short> ExtraSamples { get; }

    /// <summary>Red, green and blue of each value.</summary>
    public short[][]? Palette { get; }

    /// <summary>Whether colours have to be worked out, which LibTiff does, to 8 bits.</summary>
    public bool IsConverted => Compression == Compression.OJPEG || (int)Photometric is 6 or 8 or 9 or 10 or 32844 or 32845;

    /// <summary>What is kept of a sample: levels of 8 and 16 bits, everything else as a number.</summary>
    public SampleType Samples => IsConverted || Palette is not null ? SampleType.UInt8
        : Format is SampleFormat.IEEEFP or SampleFormat.INT || Bits > 16 ? SampleType.Float32
        : Bits > 8 ? SampleType.UInt16 : SampleType.UInt8;

    /// <summary>How many of the samples are colours.</summary>
    public int Colours => Photometric switch
    {
        Photometric.RGB => Math.Min(3, Stored), Photometric.SEPARATED => Math.Min(4, Stored), _ => 1,
    };

    /// <summary>Which of the samples is alpha, and whether colours are multiplied by it; −1 where none is.</summary>
    public (int Place, bool Multiplied) Alpha
    {
        get
        {
            for (int i = 0; i < ExtraSamples.Count && Colours + i < Stored; i++)
            {
                if (ExtraSamples[i] is (short)ExtraSample.ASSOCALPHA or (short)ExtraSample.UNASSALPHA)
                    return (Colours + i, ExtraSamples[i] == (short)ExtraSample.ASSOCALPHA);
            }

            return (-1, false);
        }
    }

    /// <summary>Whether the four colours are inks.</summary>
    public bool IsInk => Photometric == Photometric.SEPARATED && Colours == 4;

    /// <summary>Channels of the image: colours and bands, without alpha.</summary>
    public int Channels => IsConverted || Palette is not null ? 3 : Stored - (Alpha.Place < 0 ? 0 : 1) - (IsInk ? 1 : 0);

    private static int Number(Tiff file, TiffTag tag, int otherwise) =>
        file.GetField(tag) is { Length: > 0 } found ? found[0].ToInt() : otherwise;
}
