using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Augmentation;

/// <summary>
/// Crop and resize of an image onto a canvas: first along the rows' axis, then along the columns', as the axes of the scratch say.
/// </summary>
internal static class Resampler
{
    /// <summary>Resizes, with the weights in <see cref="ViewScratch.Rows"/> and <see cref="ViewScratch.Columns"/>.</summary>
    /// <param name="image">The image, checked.</param>
    /// <param name="range">Which of its samples are black and white.</param>
    /// <param name="scratch">The thread's buffers.</param>
    /// <param name="size">Rows and columns of the view.</param>
    /// <returns>The canvas, with as many channels as the image, in the scratch.</returns>
    public static ViewCanvas Resample(in Image image, IntensityRange range, ViewScratch scratch, int size)
    {
        int used = (scratch.Columns.End - scratch.Columns.First) * image.Channels;
        var canvas = new ViewCanvas(scratch.Canvas(size * image.Channels * ViewCanvas.VectorsFor(size)), size, image.Channels);
        if (canvas.IsWide && used >= Lane16.Count)
            Resample<Lane16>(image, range, scratch, used, canvas);
        else
            Resample<Lane8>(image, range, scratch, used, canvas);
        return canvas;
    }

    private static void Resample<TLane>(
        in Image image, IntensityRange range, ViewScratch scratch, int used, ViewCanvas canvas)
        where TLane : struct, ILane<TLane>
    {
        int stride = canvas.Stride;
        ResampleAxis rows = scratch.Rows, columns = scratch.Columns;
        int padded = ViewCanvas.VectorsFor(used) * ViewCanvas.Lanes;
        Span<float> lines = scratch.Lines(ViewCanvas.Lanes * padded);
        Span<Vector256<float>> narrowed = scratch.Narrowed(padded * stride); // [image column · channel, row of the view]
        bool areBytes = image.Samples == SampleType.UInt8 && range.IsOfBytes;
        for (int block = 0; block < stride; block++)
        {
            int top = block * ViewCanvas.Lanes;
            ReadOnlySpan<float> scaled = areBytes ? [] : Scaled(image, range, scratch, top, Math.Min(top + 7, canvas.Size - 1), used);
            for (int i = 0; i < ViewCanvas.Lanes; i++)
            {
                Span<float> line = lines.Slice(i * padded, used);
                int row = top + i;
                if (row >= canvas.Size)
                    line.Clear();
                else if (areBytes)
                    MixRows<TLane>(image, columns.First * image.Channels, rows, row, line);
                else
                    MixScaled<TLane>(scaled[((rows.Start(row) - rows.Start(top)) * used)..], rows, row, line);
            }

            TransposeLines(lines, padded, narrowed, stride, block);
        }

        int length = canvas.Channels * stride; // of one column, all channels
        for (int column = 0; column < canvas.Size; column++)
            MixColumns<TLane>(narrowed, columns, column, canvas.Values.Slice(column * length, length));
    }

    // The rows of the image that some rows of the view are made of, on the scale of bytes: [image row, used].
    private static Span<float> Scaled(in Image image, IntensityRange range, ViewScratch scratch, int top, int bottom, int used)
    {
        int first = scratch.Rows.Start(top), count = scratch.Rows.Start(bottom) + scratch.Rows.Taps - first;
        Span<float> scaled = scratch.Samples(count * used);
        for (int i = 0; i < count; i++)
            IntensityScale.Copy(
                image, ((first + i) * image.Width + scratch.Columns.First) * image.Channels, range, scaled.Slice(i * used, used));
        return scaled;
    }

    // line[j] = Σ_k weight[k] · image[start + k, offset + j], bytes in, floats out; two rows at a time.
    private static unsafe void MixRows<TLane>(in Image image, int offset, ResampleAxis axis, int output, Span<float> line)
        where TLane : struct, ILane<TLane>
    {
        int rowBytes = image.Width * image.Channels;
        ReadOnlySpan<byte> pixels = image.Pixels.Span.Slice(
            axis.Start(output) * rowBytes + offset, (axis.Taps - 1) * rowBytes + line.Length);
        if (line.Length < TLane.Count)
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

        fixed (byte* source = pixels)
        fixed (float* to = line)
        {
            // The last vector overlaps the one before it, so it must be read before that is written: it is mixed by itself.
            nint last = line.Length - TLane.Count;
            TLane overlapping = TLane.Zero;
            for (int k = 0; k < axis.Taps; k += 2)
            {
                byte* upper = source + k * rowBytes, lower = k + 1 < axis.Taps ? upper + rowBytes : upper;
                TLane upperWeight = TLane.Create(axis.Weight(output, k)), lowerWeight = TLane.Create(axis.Weight(output, k + 1));
                overlapping = Mix(overlapping, upperWeight, TLane.Load(upper + last), lowerWeight, TLane.Load(lower + last));
                if (k == 0)
                {
                    for (nint j = 0; j < last; j += TLane.Count)
                        Mix(TLane.Zero, upperWeight, TLane.Load(upper + j), lowerWeight, TLane.Load(lower + j)).Store(to + j);
                }
                else
                {
                    for (nint j = 0; j < last; j += TLane.Count)
                        Mix(TLane.Load(to + j), upperWeight, TLane.Load(upper + j), lowerWeight, TLane.Load(lower + j)).Store(to + j);
                }
            }

            overlapping.Store(to + last);
        }
    }

    // The same of rows on the scale of bytes.
    private static unsafe void MixScaled<TLane>(ReadOnlySpan<float> rows, ResampleAxis axis, int output, Span<float> line)
        where TLane : struct, ILane<TLane>
    {
        rows = rows[..(axis.Taps * line.Length)];
        line.Clear();
        fixed (float* source = rows, to = line)
        {
            for (int k = 0; k < axis.Taps; k++)
            {
                float* row = source + (k * line.Length);
                float weight = axis.Weight(output, k);
                TLane weights = TLane.Create(weight);
                int j = 0;
                for (; j + TLane.Count <= line.Length; j += TLane.Count)
                    (TLane.Load(to + j) + weights * TLane.Load(row + j)).Store(to + j);
                for (; j < line.Length; j++)
                    to[j] += weight * row[j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Mix<TLane>(TLane sum, TLane oneWeight, TLane one, TLane otherWeight, TLane other)
        where TLane : struct, ILane<TLane> => sum + oneWeight * one + otherWeight * other;

    private static void TransposeLines(ReadOnlySpan<float> lines, int length, Span<Vector256<float>> narrowed, int stride, int block)
    {
        ref float source = ref MemoryMarshal.GetReference(lines);
        for (int j = 0; j < length; j += ViewCanvas.Lanes)
        {
            Vector256<float> a = Load(ref source, j), b = Load(ref source, length + j), c = Load(ref source, 2 * length + j),
                d = Load(ref source, 3 * length + j);
            Vector256<float> e = Load(ref source, 4 * length + j), f = Load(ref source, 5 * length + j),
                g = Load(ref source, 6 * length + j), h = Load(ref source, 7 * length + j);
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
    private static unsafe void MixColumns<TLane>(
        ReadOnlySpan<Vector256<float>> from, ResampleAxis axis, int output, Span<Vector256<float>> to)
        where TLane : struct, ILane<TLane>
    {
        from = from.Slice((axis.Start(output) - axis.First) * to.Length, axis.Taps * to.Length);
        nint length = to.Length * ViewCanvas.Lanes;
        fixed (Vector256<float>* source = from, target = to)
        {
            float* sum = (float*)target;
            for (int k = 0; k < axis.Taps; k += 2)
            {
                float* left = (float*)source + k * length, right = k + 1 < axis.Taps ? left + length : left;
                TLane leftWeight = TLane.Create(axis.Weight(output, k)), rightWeight = TLane.Create(axis.Weight(output, k + 1));
                if (k == 0)
                {
                    for (nint i = 0; i < length; i += TLane.Count)
                        (leftWeight * TLane.Load(left + i) + rightWeight * TLane.Load(right + i)).Store(sum + i);
                }
                else
                {
                    for (nint i = 0; i < length; i += TLane.Count)
                        Mix(TLane.Load(sum + i), leftWeight, TLane.Load(left + i), rightWeight, TLane.Load(right + i)).Store(sum + i);
                }
            }
        }
    }
}
