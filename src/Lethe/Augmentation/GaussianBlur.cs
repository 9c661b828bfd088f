using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lethe.Augmentation;

/// <summary>
/// Separable Gaussian blur by torchvision's definition: weights exp(−½ (k/σ)²) for |k| ≤ radius, normalised to sum 1; borders are reflected without
/// repeating the outermost pixel.
/// </summary>
internal static class GaussianBlur
{
    /// <summary>Blurs in place.</summary>
    /// <param name="canvas">The view.</param>
    /// <param name="sigma">Standard deviation in pixels.</param>
    /// <param name="radius">Pixels on each side of the centre; less than the size of the view.</param>
    /// <param name="scratch">The thread's buffers.</param>
    public static void Apply(ViewCanvas canvas, double sigma, int radius, ViewScratch scratch)
    {
        // Beyond six sigma a weight is less than 2e-8, which no float notices.
        radius = Math.Min(radius, (int)Math.Ceiling(6 * sigma));
        Span<float> weights = stackalloc float[radius + 1];
        Kernel(sigma, weights);
        var blurred = new ViewCanvas(scratch.Blurred(canvas.Values.Length), canvas.Size, canvas.Channels);
        Span<float> padded = scratch.Padded(canvas.Stride * ViewCanvas.Lanes + 2 * radius);
        for (int line = 0; line < canvas.Size * canvas.Channels; line++)
            AlongRows(canvas.Line(line), blurred.Line(line), weights, padded, canvas.Size);
        AlongColumns(blurred, canvas, weights);
    }

    /// <summary>The weights of the centre and of one side.</summary>
    private static void Kernel(double sigma, Span<float> weights)
    {
        double sum = 1;
        for (int k = 1; k < weights.Length; k++)
            sum += 2 * Math.Exp(-0.5 * (k / sigma) * (k / sigma));
        for (int k = 0; k < weights.Length; k++)
            weights[k] = (float)(Math.Exp(-0.5 * (k / sigma) * (k / sigma)) / sum);
    }

    private static void AlongRows(
        ReadOnlySpan<Vector256<float>> from, Span<Vector256<float>> to, ReadOnlySpan<float> weights, Span<float> padded, int size)
    {
        int radius = weights.Length - 1;
        ReadOnlySpan<float> line = MemoryMarshal.Cast<Vector256<float>, float>(from);
        line.CopyTo(padded[radius..]);
        for (int k = 1; k <= radius; k++)
        {
            padded[radius - k] = line[k];
            padded[radius + size - 1 + k] = line[size - 1 - k];
        }

        ref float centre = ref padded[radius];
        for (int i = 0; i < to.Length; i++)
        {
            nint at = i * ViewCanvas.Lanes;
            Vector256<float> sum = weights[0] * Load(ref centre, at);
            for (int k = 1; k < weights.Length; k++)
                sum += weights[k] * (Load(ref centre, at - k) + Load(ref centre, at + k));
            to[i] = sum;
        }

        // A negative offset wraps around and back: the vector lies within the padding.
        static Vector256<float> Load(ref float origin, nint offset) => Vector256.LoadUnsafe(ref origin, unchecked((nuint)offset));
    }

    // All channels of a column lie side by side.
    private static void AlongColumns(ViewCanvas from, ViewCanvas to, ReadOnlySpan<float> weights)
    {
        int length = from.Channels * from.Stride, last = from.Size - 1;
        Span<int> sides = stackalloc int[2 * weights.Length];
        for (int column = 0; column <= last; column++)
        {
            for (int k = 1; k < weights.Length; k++)
            {
                sides[2 * k] = Math.Abs(column - k) * length;
                sides[2 * k + 1] = (last - Math.Abs(last - (column + k))) * length;
            }

            int at = column * length;
            for (int i = 0; i < length; i++)
            {
                Vector256<float> sum = weights[0] * from.Values[at + i];
                for (int k = 1; k < weights.Length; k++)
                    sum += weights[k] * (from.Values[sides[2 * k] + i] + from.Values[sides[2 * k + 1] + i]);
                to.Values[at + i] = sum;
            }
        }
    }
}
