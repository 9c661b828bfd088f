using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Data.Formats;

/// <summary>
/// Where images lie in an array of a .npy file. Bytes, 16-bit levels and single precision are taken as they are; truth values become 0 and
/// 255; signed and larger integers, half and double precision become single precision.
/// </summary>
internal sealed class NpyImages
{
    // The strides of one image in elements.
    private readonly long down;
    private readonly long across;
    private readonly long deep;
    private readonly long next; // from one image to the next
    private readonly NpyHeader header;

    private NpyImages(NpyHeader header, string axes)
    {
        if (header.IsText)
            throw new DataException($"an array of text ({header.Element}), where the numbers of images are expected");
        this.header = header;
        long[] strides = new long[axes.Length];
        long stride = 1;
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = header.FortranOrder ? i : axes.Length - 1 - i;
            strides[axis] = stride;
            stride *= header.Shape[axis];
        }

        (long n, next) = Of('N', 1);
        (long h, down) = Of('H', 1);
        (long w, across) = Of('W', 1);
        (long c, deep) = Of('C', 1);
        if (n > int.MaxValue || h is 0 or > 1 << 24 || w is 0 or > 1 << 24 || c is 0 or > Image.MostChannels
            || h * w * c * header.ElementSize > 1 << 30)
            throw new DataException($"an array of {Shape}, which cannot be images");
        (Count, Height, Width, Channels) = ((int)n, (int)h, (int)w, (int)c);
        Axes = axes;

        (long Length, long Stride) Of(char axis, long otherwise) =>
            axes.IndexOf(axis, StringComparison.Ordinal) is >= 0 and var place ? (header.Shape[place], strides[place]) : (otherwise, 1);
    }

    /// <summary>What the axes are: of N, H, W and C those that there are, in their order.</summary>
    public string Axes { get; }

    /// <summary>How many images there are.</summary>
    public int Count { get; }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>What is kept of an element.</summary>
    public SampleType Samples => header.Element switch
    {
        "u1" or "b1" => SampleType.UInt8,
        "u2" => SampleType.UInt16,
        _ => SampleType.Float32,
    };

    /// <summary>Whether the bytes of an image are its samples, in their order.</summary>
    public bool AreAsStored => header.Element is "u1" or "u2" or "f4" && (!header.BigEndian || header.ElementSize == 1)
        && (deep == 1 || Channels == 1) && (across == Channels || Width == 1) && (down == (long)Channels * Width || Height == 1);

    /// <summary>Bytes from the first element of an image to the last.</summary>
    public long Extent => (((Height - 1) * down) + ((Width - 1) * across) + ((Channels - 1) * deep) + 1) * header.ElementSize;

    private string Shape => ShapeOf(header);

    /// <summary>A stack of images: [N, H, W], [N, H, W, C], or [N, C, H, W] where the last axis is too long for channels.</summary>
    /// <exception cref="DataException">It is none.</exception>
    public static NpyImages Stack(NpyHeader header) => header.Shape switch
    {
        [> 16, > 16, <= 4] => throw new DataException(
            $"an array of {ShapeOf(header)} looks like one image, where a stack [N, H, W] or [N, H, W, C] is expected: add an axis, as "
            + "with images[None]"),
        [_, _, _] => new NpyImages(header, "NHW"),
        [_, _, _, <= Image.MostChannels] => new NpyImages(header, "NHWC"),
        [_, <= Image.MostChannels, _, _] => new NpyImages(header, "NCHW"),
        _ => throw new DataException(
            $"an array of {ShapeOf(header)}, where images [N, H, W] or [N, H, W, C] with up to {Image.MostChannels} channels are expected"),
    };

    /// <summary>One image: [H, W] or [H, W, C].</summary>
    /// <exception cref="DataException">It is none.</exception>
    public static NpyImages Single(NpyHeader header) => header.Shape switch
    {
        [_, _] => new NpyImages(header, "HW"),
        [_, _, <= Image.MostChannels] => new NpyImages(header, "HWC"),
        [_, _, _] or [_, _, _, _] => throw new DataException(
            $"an array of {ShapeOf(header)}, where one image [H, W] or [H, W, C] is expected: give a stack of images as --data FILE.npy"),
        _ => throw new DataException($"an array of {ShapeOf(header)}, where one image [H, W] or [H, W, C] is expected"),
    };

    /// <summary>Where an image begins, in bytes behind the header.</summary>
    public long Start(int image) => image * next * header.ElementSize;

    /// <summary>Makes an image of elements.</summary>
    /// <param name="bytes">From the first element of the image to the last.</param>
    public Image Convert(ReadOnlySpan<byte> bytes)
    {
        byte[] pixels = new byte[Height * Width * Channels * Samples.Size()];
        switch (header.Element)
        {
            case "b1":
                for (int i = 0; i < pixels.Length; i++)
                    pixels[i] = bytes[(int)Place(i)] != 0 ? byte.MaxValue : (byte)0;
                break;
            case "u1":
                for (int i = 0; i < pixels.Length; i++)
                    pixels[i] = bytes[(int)Place(i)];
                break;
            case "u2":
                Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(pixels.AsSpan());
                ReadOnlySpan<ushort> stored = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < words.Length; i++)
                    words[i] = header.BigEndian ? BinaryPrimitives.ReverseEndianness(stored[(int)Place(i)]) : stored[(int)Place(i)];
                break;
            case "i1":
                ToNumbers<sbyte>(bytes, pixels, static value => value);
                break;
            case "i2":
                ToNumbers<short>(bytes, pixels, BinaryPrimitives.ReverseEndianness);
                break;
            case "i4":
                ToNumbers<int>(bytes, pixels, BinaryPrimitives.ReverseEndianness);
                break;
            case "i8":
                ToNumbers<long>(bytes, pixels, BinaryPrimitives.ReverseEndianness);
                break;
            case "u4":
                ToNumbers<uint>(bytes, pixels, BinaryPrimitives.ReverseEndianness);
                break;
            case "u8":
                ToNumbers<ulong>(bytes, pixels, BinaryPrimitives.ReverseEndianness);
                break;
            case "f2":
                ToNumbers<Half>(bytes, pixels, value => BitConverter.UInt16BitsToHalf(
                    BinaryPrimitives.ReverseEndianness(BitConverter.HalfToUInt16Bits(value))));
                break;
            case "f8":
                ToNumbers<double>(bytes, pixels, value => BitConverter.UInt64BitsToDouble(
                    BinaryPrimitives.ReverseEndianness(BitConverter.DoubleToUInt64Bits(value))));
                break;
            default:
                ToNumbers<float>(bytes, pixels, value => BitConverter.UInt32BitsToSingle(
                    BinaryPrimitives.ReverseEndianness(BitConverter.SingleToUInt32Bits(value))));
                break;
        }

        return Of(pixels);
    }

    /// <summary>An image of samples that are there already.</summary>
    public Image Of(ReadOnlyMemory<byte> pixels) => new(pixels, Height, Width, Channels) { Samples = Samples };

    private static string ShapeOf(NpyHeader header) => $"shape [{string.Join(", ", header.Shape)}]";

    private void ToNumbers<T>(ReadOnlySpan<byte> bytes, byte[] pixels, Func<T, T> reverse)
        where T : unmanaged, INumberBase<T>
    {
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(pixels.AsSpan());
        ReadOnlySpan<T> stored = MemoryMarshal.Cast<byte, T>(bytes);
        for (int i = 0; i < numbers.Length; i++)
        {
            T value = stored[(int)Place(i)];
            float number = float.CreateTruncating(header.BigEndian ? reverse(value) : value);
            numbers[i] = float.IsFinite(number) ? number : 0;
        }
    }

    // Where a sample of the image lies, in elements.
    private long Place(int sample)
    {
        (int pixel, int c) = Math.DivRem(sample, Channels);
        (int y, int x) = Math.DivRem(pixel, Width);
        return (y * down) + (x * across) + (c * deep);
    }
}
