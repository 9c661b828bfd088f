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
                    MixRows(image, columns.First * channels, rows.Start(row), rows.Weights(row), line);
                else
                    line.Clear();
            }

            TransposeLines(lines, padded, narrowed, stride, block);
        }

        var canvas = new ViewCanvas(scratch.Canvas(size * channels * stride), size, channels);
        for (int column = 0; column < size; column++)
        {
            int first = (columns.Start(column) - columns.First) * channels;
            for (int c = 0; c < channels; c++)
                MixLines(narrowed, (first + c) * stride, channels * stride, columns.Weights(column), canvas.Line(column * channels + c));
        }

        return canvas;
    }

    // line[j] = Σ_k weights[k] · image[row + k, offset + j], bytes in, floats out.
    private static void MixRows(in Image image, int offset, int row, ReadOnlySpan<float> weights, Span<float> line)
    {
        int rowBytes = image.Width * image.Channels;
        ReadOnlySpan<byte> pixels = image.Pixels.Span.Slice(row * rowBytes + offset, (weights.Length - 1) * rowBytes + line.Length);
        ref byte source = ref MemoryMarshal.GetReference(pixels);
        int whole = line.Length - ViewCanvas.Lanes;
        if (whole < 0)
        {
            for (int j = 0; j < line.Length; j++)
            {
                float sum = 0;
                for (int k = 0; k < weights.Length; k++)
                    sum += weights[k] * pixels[k * rowBytes + j];
                line[j] = sum;
            }

            return;
        }

        for (int j = 0; ; j += ViewCanvas.Lanes)
        {
            j = Math.Min(j, whole); // the last vector overlaps the one before it
            Vector256<float> sum = Vector256<float>.Zero;
            ref byte pixel = ref Unsafe.Add(ref source, j);
            for (int k = 0; k < weights.Length; k++)
            {
                sum += weights[k] * EightBytes(ref pixel);
                pixel = ref Unsafe.Add(ref pixel, rowBytes);
            }

            sum.CopyTo(line[j..]);
            if (j == whole)
                return;
        }
    }

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

    // to[i] = Σ_k weights[k] · from[first + k · step + i]
    private static void MixLines(ReadOnlySpan<Vector256<float>> from, int first, int step, ReadOnlySpan<float> weights, Span<Vector256<float>> to)
    {
        for (int i = 0; i < to.Length; i++)
        {
            Vector256<float> sum = Vector256<float>.Zero;
            int at = first + i;
            foreach (float weight in weights)
            {
                sum += weight * from[at];
                at += step;
            }

            to[i] = sum;
        }
    }
}
