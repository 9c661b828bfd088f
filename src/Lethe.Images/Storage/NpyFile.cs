using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>
/// Arrays in NumPy's .npy format: reads versions 1 to 3, floating point, integer, boolean and text elements of any byte order and
/// memory order, with headers of Python 2 too; writes version 1 in little-endian C order. NaN passes: whoever uses the values checks them.
/// Source: numpy.lib.format.
/// </summary>
internal static class NpyFile
{
    // NumPy itself refuses headers above 10 000 characters unless told otherwise; a real one has some hundred bytes.
    private const int LargestHeader = 1 << 16;

    private static readonly UTF32Encoding bigEndianUtf32 = new(bigEndian: true, byteOrderMark: false);

    internal static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The array.</returns>
    /// <exception cref="DataException">
    /// The file is missing, unreadable, truncated, not .npy, or of a type that is not supported.
    /// </exception>
    public static NpyArray Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Read(stream, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"Cannot read {path}: {error.Message} Give the path of a .npy file.", error);
        }
    }

    /// <summary>Reads one array that reaches to the end of a stream.</summary>
    /// <param name="stream">The stream; one that cannot seek is first read into memory.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <returns>The array.</returns>
    /// <exception cref="DataException">The stream is truncated, not .npy, or of a type that is not supported.</exception>
    public static NpyArray Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            memory.Position = 0;
            return Read(memory, source);
        }

        NpyHeader header = ReadHeader(stream, source);
        long count = 1;
        foreach (long length in header.Shape)
        {
            // A dimension of length 0 makes the array empty, but must not hide an overflow of the others.
            if (length > 0 && count > Array.MaxLength / length)
                throw new DataException($"{source} has shape [{string.Join(", ", header.Shape)}], more than the {Array.MaxLength} "
                    + "elements that one array can hold. Split it.");
            count *= Math.Max(length, 1);
        }

        if (header.Shape.Contains(0))
            count = 0;
        long expected = count * header.ElementSize, found = stream.Length - stream.Position;
        if (found != expected)
        {
            throw new DataException(
                $"{source} should hold {expected} bytes of data (shape [{string.Join(", ", header.Shape)}], type '{header.Type}'), found "
                + $"{found}. "
                + (found < expected ? "It is truncated: write or copy it again." : "Write one array to a file, with numpy.save."));
        }

        Array values = ReadValues(stream, header, (int)count, source);
        return new NpyArray(
            source, header.Type, header.Shape, header.FortranOrder ? FortranOrder.ToRowMajor(values, header.Shape) : values);
    }

    /// <summary>Writes float32.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="values">The elements in C order.</param>
    /// <param name="shape">The length of each dimension.</param>
    /// <exception cref="ArgumentException">The shape does not hold as many elements.</exception>
    public static void Write(Stream stream, ReadOnlySpan<float> values, ReadOnlySpan<long> shape)
    {
        WriteHeader(stream, "<f4", values.Length, shape);
        Span<byte> buffer = stackalloc byte[4096];
        while (!values.IsEmpty)
        {
            int n = Math.Min(values.Length, buffer.Length / 4);
            for (int i = 0; i < n; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(buffer[(4 * i)..], values[i]);
            }

            stream.Write(buffer[..(4 * n)]);
            values = values[n..];
        }
    }

    /// <summary>Writes float64.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="values">The elements in C order.</param>
    /// <param name="shape">The length of each dimension.</param>
    /// <exception cref="ArgumentException">The shape does not hold as many elements.</exception>
    public static void Write(Stream stream, ReadOnlySpan<double> values, ReadOnlySpan<long> shape)
    {
        WriteHeader(stream, "<f8", values.Length, shape);
        WriteWords(stream, MemoryMarshal.Cast<double, long>(values));
    }

    /// <summary>Writes int64.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="values">The elements in C order.</param>
    /// <param name="shape">The length of each dimension.</param>
    /// <exception cref="ArgumentException">The shape does not hold as many elements.</exception>
    public static void Write(Stream stream, ReadOnlySpan<long> values, ReadOnlySpan<long> shape)
    {
        WriteHeader(stream, "<i8", values.Length, shape);
        WriteWords(stream, values);
    }

    private static void WriteWords(Stream stream, ReadOnlySpan<long> values)
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (!values.IsEmpty)
        {
            int n = Math.Min(values.Length, buffer.Length / 8);
            for (int i = 0; i < n; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(buffer[(8 * i)..], values[i]);
            }

            stream.Write(buffer[..(8 * n)]);
            values = values[n..];
        }
    }

    private static void WriteHeader(Stream stream, string type, int count, ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long product = 1;
        foreach (long length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            product = checked(product * length);
        }

        if (product != count)
            throw new ArgumentException(
                $"Expected {product} elements for shape [{string.Join(", ", shape.ToArray())}], found {count}.", nameof(shape));

        string lengths = string.Join(", ", shape.ToArray()) + (shape.Length == 1 ? "," : "");
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({lengths}), }}";

        // The data starts at a multiple of 64 bytes; the padding ends in a new line.
        int prefix = Magic.Length + 4;
        int padded = (prefix + header.Length + 1 + 63) / 64 * 64 - prefix;
        byte[] start = [.. Magic, 1, 0, (byte)padded, (byte)(padded >> 8), .. Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n")];
        stream.Write(start);
    }

    internal static NpyHeader ReadHeader(Stream stream, string source)
    {
        Span<byte> start = stackalloc byte[8];
        int got = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (got < start.Length || !start.StartsWith(Magic))
            throw new DataException(
                $"Expected a .npy file, but {source} {(got == 0 ? "is empty" : "does not start with NumPy's signature")}. Save the "
                + "array with numpy.save.");

        (int major, int minor) = (start[6], start[7]);
        if (major is < 1 or > 3 || minor != 0)
            throw new DataException(
                $"Expected .npy version 1.0, 2.0 or 3.0 in {source}, found {major}.{minor}. Save the array again with numpy.save.");

        Span<byte> lengthBytes = stackalloc byte[major == 1 ? 2 : 4];
        ReadExactly(stream, lengthBytes, source);
        long length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives
            .ReadUInt32LittleEndian(lengthBytes);
        if (length > LargestHeader)
            throw new DataException($"Expected a header of at most {LargestHeader} bytes in {source}, found one of {length}. The file is "
                + "damaged, or holds a structured array; save plain numbers.");

        byte[] text = new byte[length];
        ReadExactly(stream, text, source);
        return NpyHeader.Parse((major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text), source);
    }

    private static void ReadExactly(Stream stream, Span<byte> buffer, string source)
    {
        int got = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (got < buffer.Length)
            throw new DataException($"{source} ends within its header or data: expected {buffer.Length} more bytes, found {got}. It is "
                + "truncated: write or copy it again.");
    }

    private static Array ReadValues(Stream stream, NpyHeader header, int count, string source)
    {
        if (header.IsText)
            return ReadText(stream, header, count, source);

        // Bytes go straight into the array that is returned where the widths agree; features may be gigabytes.
        switch (header.Element)
        {
            case "f4":
                float[] singles = GC.AllocateUninitializedArray<float>(count);
                Fill(stream, header, MemoryMarshal.Cast<float, int>(singles.AsSpan()), BinaryPrimitives.ReverseEndianness, source);
                return singles;
            case "f8":
                double[] doubles = GC.AllocateUninitializedArray<double>(count);
                Fill(stream, header, MemoryMarshal.Cast<double, long>(doubles.AsSpan()), BinaryPrimitives.ReverseEndianness, source);
                return doubles;
            case "f2":
                return Convert<short, float>(
                    stream, header, count, BinaryPrimitives.ReverseEndianness, bits => (float)BitConverter.Int16BitsToHalf(bits), source);
            case "i1":
                return Convert<sbyte, long>(stream, header, count, null, value => value, source);
            case "i2":
                return Convert<short, long>(stream, header, count, BinaryPrimitives.ReverseEndianness, value => value, source);
            case "i4":
                return Convert<int, long>(stream, header, count, BinaryPrimitives.ReverseEndianness, value => value, source);
            case "i8":
                long[] longs = GC.AllocateUninitializedArray<long>(count);
                Fill<long>(stream, header, longs, BinaryPrimitives.ReverseEndianness, source);
                return longs;
            case "u1" or "b1":
                return Convert<byte, long>(stream, header, count, null, value => value, source);
            case "u2":
                return Convert<ushort, long>(stream, header, count, BinaryPrimitives.ReverseEndianness, value => value, source);
            case "u4":
                return Convert<uint, long>(stream, header, count, BinaryPrimitives.ReverseEndianness, value => value, source);
            case "u8":
                return Convert<ulong, long>(stream, header, count, BinaryPrimitives.ReverseEndianness, value => value <= long.MaxValue
                    ? (long)value
                    : throw new DataException(
                        $"{source} holds {value}, which does not fit a signed 64-bit integer. Save smaller numbers."), source);
            default:
                throw new UnreachableException(header.Element);
        }
    }

    private static string[] ReadText(Stream stream, NpyHeader header, int count, string source)
    {
        byte[] bytes = new byte[header.ElementSize];
        string[] values = new string[count];
        for (int i = 0; i < count; i++)
        {
            ReadExactly(stream, bytes, source);

            // What is shorter than the longest is filled with zeros.
            values[i] = (header.Element[0] == 'S' ? Encoding.Latin1 : header.BigEndian ? bigEndianUtf32 : Encoding.UTF32)
                .GetString(bytes).TrimEnd('\0');
            if (header.Element[0] == 'S')
                values[i] = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(values[i]));
        }

        return values;
    }

    private static TTo[] Convert<TFrom, TTo>(
        Stream stream, NpyHeader header, int count, Reversal<TFrom>? reverse, Func<TFrom, TTo> convert, string source)
        where TFrom : unmanaged
    {
        TFrom[] raw = GC.AllocateUninitializedArray<TFrom>(count);
        Fill(stream, header, raw.AsSpan(), reverse, source);
        return Array.ConvertAll(raw, value => convert(value));
    }

    private delegate void Reversal<T>(ReadOnlySpan<T> from, Span<T> to);

    private static void Fill<T>(Stream stream, NpyHeader header, Span<T> values, Reversal<T>? reverse, string source)
        where T : unmanaged
    {
        // A span of bytes cannot be longer than an int counts, the array may be.
        const int Step = 1 << 26;
        for (int start = 0; start < values.Length; start += Step)
        {
            ReadExactly(stream, MemoryMarshal.AsBytes(values.Slice(start, Math.Min(Step, values.Length - start))), source);
        }

        if (header.BigEndian == BitConverter.IsLittleEndian)
            reverse?.Invoke(values, values);
    }
}
