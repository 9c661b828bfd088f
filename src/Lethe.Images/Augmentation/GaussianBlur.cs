using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lethe.Numerics;

namespace Lethe.Augmentation;

/// <summary>
/// Separable Gaussian blur by torchvision's definition: weights exp(−½ (k/σ)²) for |k| ≤ radius, normalised to sum 1; borders are reflected
/// without repeating the outermost pixel.
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
        if (canvas.IsWide)
            Blur<Lane16>(canvas, weights, scratch);
        else
            Blur<Lane8>(canvas, weights, scratch);
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

    private static void Blur<TLane>(ViewCanvas canvas, ReadOnlySpan<float> weights, ViewScratch scratch)
        where TLane : struct, ILane<TLane>
    {
        var blurred = new ViewCanvas(scratch.Blurred(canvas.Values.Length), canvas.Size, canvas.Channels);
        Span<float> padded = scratch.Padded(canvas.Stride * ViewCanvas.Lanes + 2 * (weights.Length - 1));
        for (int line = 0; line < canvas.Size * canvas.Channels; line++)
            AlongRows<TLane>(canvas.Line(line), blurred.Line(line), weights, padded, canvas.Size);
        AlongColumns<TLane>(blurred, canvas, weights);
    }

    private static unsafe void AlongRows<TLane>(
        ReadOnlySpan<Vector256<float>> from, Span<Vector256<float>> to, ReadOnlySpan<float> weights, Span<float> padded, int size)
        where TLane : struct, ILane<TLane>
    {
        int radius = weights.Length - 1;
        ReadOnlySpan<float> line = MemoryMarshal.Cast<Vector256<float>, float>(from);
        line.CopyTo(padded[radius..]);
        for (int k = 1; k <= radius; k++)
        {
            padded[radius - k] = line[k];
            padded[radius + size - 1 + k] = line[size - 1 - k];
        }

        fixed (float* source = padded, weight = weights)
        fixed (Vector256<float>* target = to)
        {
            float* centre = source + radius;
            for (int i = 0; i < line.Length; i += TLane.Count, centre += TLane.Count)
            {
                TLane sum = TLane.Create(weight[0]) * TLane.Load(centre);
                for (nint k = 1; k <= radius; k++)
                    sum += TLane.Create(weight[k]) * (TLane.Load(centre - k) + TLane.Load(centre + k));
                sum.Store((float*)target + i);
            }
        }
    }

    // All channels of a column lie side by side.
    private static unsafe void AlongColumns<TLane>(ViewCanvas from, ViewCanvas to, ReadOnlySpan<float> weights)
        where TLane : struct, ILane<TLane>
    {
        int length = from.Channels * from.Stride * ViewCanvas.Lanes, last = from.Size - 1, radius = weights.Length - 1;
        float** sides = stackalloc float*[2 * weights.Length];
        fixed (Vector256<float>* source = from.Values, target = to.Values)
        fixed (float* weight = weights)
        {
            for (int column = 0; column <= last; column++)
            {
                for (int k = 1; k <= radius; k++)
                {
                    sides[2 * k] = (float*)source + Math.Abs(column - k) * length;
                    sides[2 * k + 1] = (float*)source + (last - Math.Abs(last - (column + k))) * length;
                }

                float* centre = (float*)source + column * length, output = (float*)target + column * length;
                for (nint i = 0; i < length; i += TLane.Count)
                {
                    TLane sum = TLane.Create(weight[0]) * TLane.Load(centre + i);
                    for (nint k = 1; k <= radius; k++)
                        sum += TLane.Create(weight[k]) * (TLane.Load(sides[2 * k] + i) + TLane.Load(sides[2 * k + 1] + i));
                    sum.Store(output + i);
                }
            }
        }
    }
}
