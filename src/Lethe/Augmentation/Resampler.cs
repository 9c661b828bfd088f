using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lethe.Data;

namespace Lethe.Augmentation;

/// <summary>Crop and resize of a byte image onto a canvas: first along the rows' axis, then along the columns', as the axes of the scratch say.</summary>
internal static class Resampler
{
    /// <summary>Resizes, with the weights in <see cref="ViewScratch.Rows"/> and <see cref="ViewScratch.Columns"/>.</summary>
    /// <param name="image">The image, checked.</param>
    /// <param name="scratch">The thread's buffers.</param>
    /// <param name="size">Rows and columns of the view.</param>
    /// <returns>The canvas, with as many channels as the image, in the scratch.</returns>
    public static ViewCanvas Resample(in Image image, ViewScratch scratch, int size)
    {
        int channels = image.Channels;
        int stride = ViewCanvas.VectorsFor(size);
        ResampleAxis rows = scratch.Rows, columns = scratch.Columns;
        int used = (columns.End - columns.First) * channels;
        int padded = ViewCanvas.VectorsFor(used) * ViewCanvas.Lanes;
        Span<float> lines = scratch.Lines(ViewCanvas.Lanes * padded);
        Span<Vector256<float>> narrowed = scratch.Narrowed(padded * stride); // [image column · channel, row of the view]
        for (int block = 0; block < stride; block++)
        {
            for (int i = 0; i < ViewCanvas.Lanes; i++)
            {
                Span<float> line = lines.Slice(i * padded, used);
                int row = block * ViewCanvas.Lanes + i;
                if (row < size)
                    MixRows(image, columns.First * channels, rows, row, line);
                else
                    line.Clear();
            }

            TransposeLines(lines, padded, narrowed, stride, block);
        }

        var canvas = new ViewCanvas(scratch.Canvas(size * channels * stride), size, channels);
        int length = channels * stride; // of one column, all channels
        for (int column = 0; column < size; column++)
            MixColumns(narrowed, columns, column, canvas.Values.Slice(column * length, length));

        return canvas;
    }

    // line[j] = Σ_k weight[k] · image[start + k, offset + j], bytes in, floats out; two rows at a time.
    private static void MixRows(in Image image, int offset, ResampleAxis axis, int output, Span<float> line)
    {
        int rowBytes = image.Width * image.Channels;
        ReadOnlySpan<byte> pixels = image.Pixels.Span.Slice(axis.Start(output) * rowBytes + offset, (axis.Taps - 1) * rowBytes + line.Length);
        if (line.Length < ViewCanvas.Lanes)
        {
            for (int j = 0; j < line.Length; j++)
            {
                float sum = 0;
                for (int k = 0; k < axis.Taps; k++)
                    sum += axis.Weight(output, k) * pixels[k * rowBytes + j];
                line[j] = sum;
            }

            return;
        }

        // The last vector overlaps the one before it, so it must be read before that is written: it is mixed by itself.
        ref byte source = ref MemoryMarshal.GetReference(pixels);
        ref float to = ref MemoryMarshal.GetReference(line);
        int last = line.Length - ViewCanvas.Lanes;
        Vector256<float> overlapping = Vector256<float>.Zero;
        for (int k = 0; k < axis.Taps; k += 2)
        {
            ref byte upper = ref Unsafe.Add(ref source, k * rowBytes);
            ref byte lower = ref Unsafe.Add(ref upper, k + 1 < axis.Taps ? rowBytes : 0);
            Vector256<float> upperWeight = Vector256.Create(axis.Weight(output, k)), lowerWeight = Vector256.Create(axis.Weight(output, k + 1));
            overlapping = MixPair(overlapping, ref Unsafe.Add(ref upper, last), upperWeight, ref Unsafe.Add(ref lower, last), lowerWeight);
            if (k == 0)
            {
                for (int j = 0; j < last; j += ViewCanvas.Lanes)
                    MixPair(Vector256<float>.Zero, ref Unsafe.Add(ref upper, j), upperWeight, ref Unsafe.Add(ref lower, j), lowerWeight).StoreUnsafe(ref to, (nuint)j);
            }
            else
            {
                for (int j = 0; j < last; j += ViewCanvas.Lanes)
                    MixPair(Vector256.LoadUnsafe(ref to, (nuint)j), ref Unsafe.Add(ref upper, j), upperWeight, ref Unsafe.Add(ref lower, j), lowerWeight).StoreUnsafe(ref to, (nuint)j);
            }
        }

        overlapping.StoreUnsafe(ref to, (nuint)last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MixPair(Vector256<float> sum, ref byte upper, Vector256<float> upperWeight, ref byte lower, Vector256<float> lowerWeight) =>
        sum + upperWeight * EightBytes(ref upper) + lowerWeight * EightBytes(ref lower);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> EightBytes(ref byte source)
    {
        Vector128<byte> bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref source)).AsByte();
        if (Avx2.IsSupported)
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(bytes));
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(Vector128.WidenLower(bytes));
        return Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32());
    }

    private static void TransposeLines(ReadOnlySpan<float> lines, int length, Span<Vector256<float>> narrowed, int stride, int block)
    {
        ref float source = ref MemoryMarshal.GetReference(lines);
        for (int j = 0; j < length; j += ViewCanvas.Lanes)
        {
            Vector256<float> a = Load(ref source, j), b = Load(ref source, length + j), c = Load(ref source, 2 * length + j), d = Load(ref source, 3 * length + j);
            Vector256<float> e = Load(ref source, 4 * length + j), f = Load(ref source, 5 * length + j), g = Load(ref source, 6 * length + j), h = Load(ref source, 7 * length + j);
            Transposition.Transpose(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Span<Vector256<float>> to = narrowed.Slice(j * stride + block, 7 * stride + 1);
            to[0] = a;
            to[stride] = b;
            to[2 * stride] = c;
            to[3 * stride] = d;
            to[4 * stride] = e;
            to[5 * stride] = f;
            to[6 * stride] = g;
            to[7 * stride] = h;
        }

        static Vector256<float> Load(ref float source, int index) => Vector256.LoadUnsafe(ref source, (nuint)index);
    }

    // to[i] = Σ_k weight[k] · from[start + k, i]: one column of the view, all its channels; two columns of the image at a time.
    private static void MixColumns(ReadOnlySpan<Vector256<float>> from, ResampleAxis axis, int output, Span<Vector256<float>> to)
    {
        from = from[((axis.Start(output) - axis.First) * to.Length)..];
        for (int k = 0; k < axis.Taps; k += 2)
        {
            ReadOnlySpan<Vector256<float>> left = from.Slice(k * to.Length, to.Length), right = k + 1 < axis.Taps ? from.Slice((k + 1) * to.Length, to.Length) : left;
            Vector256<float> leftWeight = Vector256.Create(axis.Weight(output, k)), rightWeight = Vector256.Create(axis.Weight(output, k + 1));
            if (k == 0)
            {
                for (int i = 0; i < to.Length; i++)
                    to[i] = leftWeight * left[i] + rightWeight * right[i];
            }
            else
            {
                for (int i = 0; i < to.Length; i++)
                    to[i] = to[i] + leftWeight * left[i] + rightWeight * right[i];
            }
        }
    }
}
