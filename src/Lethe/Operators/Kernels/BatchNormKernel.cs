using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lane = System.Runtime.Intrinsics.Vector256<float>;

namespace Lethe.Operators.Kernels;

/// <summary>
/// Batch normalisation of rows of channels, with an addend and a ReLU after it where a network has them: forwards one pass for the moments and one for the rest, backwards the
/// same. Sums do not depend on the number of threads.
/// </summary>
internal static unsafe class BatchNormKernel
{
    private const int LaneCount = 8;

    // Rows are summed in float32 while they are near, then in float64.
    private const int NearNumbers = 4096;
    private const int LeastNearRows = 8;

    // What a thread takes at once.
    private const int ItemNumbers = 1 << 15;
    private const int MostSums = 64;

    [ThreadStatic]
    private static NativeBuffer? own;

    /// <summary>Whether rows of so many channels can be done here.</summary>
    /// <param name="channels">C.</param>
    /// <returns>Whether they can.</returns>
    public static bool Serves(int channels) => Lanes.Supported && channels % LaneCount == 0;

    /// <summary>Mean and (biased) variance of each channel.</summary>
    /// <param name="map">[rows, <paramref name="channels"/>].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">C.</param>
    /// <param name="mean">[C], written.</param>
    /// <param name="variance">[C], written.</param>
    public static void Moments(float* map, nint rows, int channels, double[] mean, double[] variance)
    {
        // Around the first row rather than zero, so that a mean far from zero takes no digits of the variance.
        Sums(rows, channels, mean, variance, (first, count, c) => MomentSums(map + first * channels + c, count, channels, Vector256.Load(map + c)));
        for (int c = 0; c < channels; c++)
        {
            double offset = mean[c] / rows;
            variance[c] = Math.Max(0, variance[c] / rows - offset * offset);
            mean[c] = map[c] + offset;
        }
    }

    /// <summary>z = scale·y + shift, plus an addend, rectified.</summary>
    /// <param name="map">y, [rows, C].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">C.</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="addend">[rows, C], or null.</param>
    /// <param name="rectify">Whether negative numbers become 0.</param>
    /// <param name="output">z, [rows, C], written.</param>
    public static void Forward(float* map, nint rows, int channels, float* scale, float* shift, float* addend, bool rectify, float* output)
    {
        int items = ItemCount(rows, channels, int.MaxValue);
        ThreadTeam.For(items, 0, (item, _) => ForwardRows(map, rows * item / items, rows * (item + 1) / items, channels, scale, shift, addend, rectify, output));
    }

    /// <summary>Σ g and Σ g·(y − mean) over rows, where g is the gradient with respect to z where that was not rectified away.</summary>
    /// <param name="map">y, [rows, C].</param>
    /// <param name="gradient">The gradient with respect to z, [rows, C].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">C.</param>
    /// <param name="mean">[C].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="rectified">z, where there was an addend; null otherwise.</param>
    /// <param name="rectify">Whether there was a ReLU.</param>
    /// <param name="sum">Σ g, [C], written.</param>
    /// <param name="product">Σ g·(y − mean), [C], written.</param>
    public static void BackwardSums(
        float* map, float* gradient, nint rows, int channels, float* mean, float* scale, float* shift, float* rectified, bool rectify, double[] sum, double[] product) =>
        Sums(rows, channels, sum, product, (first, count, c) =>
            GradientSums(map, gradient, first * channels + c, count, channels, Vector256.Load(mean + c), Vector256.Load(scale + c), Vector256.Load(shift + c), rectified, rectify));

    /// <summary>The gradient with respect to y: a·g + b·y + c for each channel; and with respect to the addend: g.</summary>
    /// <param name="map">y, [rows, C].</param>
    /// <param name="gradient">The gradient with respect to z, [rows, C].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">C.</param>
    /// <param name="factors">a, b and c, [3, C].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="rectified">z, where there was an addend; null otherwise.</param>
    /// <param name="rectify">Whether there was a ReLU.</param>
    /// <param name="output">[rows, C], written.</param>
    /// <param name="addend">[rows, C], written; or null.</param>
    public static void Backward(
        float* map, float* gradient, nint rows, int channels, float* factors, float* scale, float* shift, float* rectified, bool rectify, float* output, float* addend)
    {
        int items = ItemCount(rows, channels, int.MaxValue);
        ThreadTeam.For(items, 0, (item, _) =>
            BackwardRows(map, gradient, rows * item / items, rows * (item + 1) / items, channels, factors, scale, shift, rectified, rectify, output, addend));
    }

    private delegate (Lane First, Lane Second) LaneSums(nint firstRow, nint rows, nint channel);

    /// <summary>Two sums over rows for each channel, in parts that depend on the shape alone.</summary>
    private static void Sums(nint rows, int channels, double[] first, double[] second, LaneSums sums)
    {
        int items = ItemCount(rows, channels, MostSums);
        nint near = Math.Max(LeastNearRows, NearNumbers / channels);
        double* all = (double*)(own ??= new NativeBuffer()).Take((nint)items * 2 * channels * sizeof(double) / sizeof(float));
        ThreadTeam.For(items, 0, (item, _) =>
        {
            double* one = all + (nint)item * 2 * channels, two = one + channels;
            new Span<double>(one, 2 * channels).Clear();
            nint end = rows * (item + 1) / items;
            for (nint row = rows * item / items; row < end; row += near)
            {
                nint count = Math.Min(near, end - row);
                for (nint c = 0; c < channels; c += LaneCount)
                {
                    (Lane a, Lane b) = sums(row, count, c);
                    Add(a, one + c);
                    Add(b, two + c);
                }
            }
        });
        Array.Clear(first);
        Array.Clear(second);
        for (int item = 0; item < items; item++)
        {
            for (int c = 0; c < channels; c++)
            {
                first[c] += all[(nint)item * 2 * channels + c];
                second[c] += all[((nint)item * 2 + 1) * channels + c];
            }
        }
    }

    private static (Lane Sum, Lane Squares) MomentSums(float* at, nint count, nint channels, Lane around)
    {
        Lane sum = Lane.Zero, squares = Lane.Zero;
        for (; count > 0; count--, at += channels)
        {
            Lane value = Vector256.Load(at) - around;
            sum += value;
            squares = Vector256.FusedMultiplyAdd(value, value, squares);
        }

        return (sum, squares);
    }

    private static (Lane Sum, Lane Product) GradientSums(
        float* map, float* gradient, nint at, nint count, nint channels, Lane mean, Lane scale, Lane shift, float* rectified, bool rectify)
    {
        Lane sum = Lane.Zero, product = Lane.Zero;
        for (; count > 0; count--, at += channels)
        {
            Lane value = Vector256.Load(map + at), g = Kept(value, gradient, at, scale, shift, rectified, rectify);
            sum += g;
            product = Vector256.FusedMultiplyAdd(g, value - mean, product);
        }

        return (sum, product);
    }

    private static void ForwardRows(
        float* map, nint begin, nint end, nint channels, float* scale, float* shift, float* addend, bool rectify, float* output)
    {
        Lane least = Vector256.Create(rectify ? 0 : float.NegativeInfinity);
        for (nint row = begin * channels; row < end * channels; row += channels)
        {
            for (nint c = 0; c < channels; c += LaneCount)
            {
                nint at = row + c;
                Lane value = Normalised(Vector256.Load(map + at), Vector256.Load(scale + c), Vector256.Load(shift + c));
                if (addend is not null)
                    value += Vector256.Load(addend + at);
                Vector256.Max(value, least).Store(output + at);
            }
        }
    }

    private static void BackwardRows(
        float* map, float* gradient, nint begin, nint end, nint channels, float* factors, float* scale, float* shift, float* rectified, bool rectify, float* output, float* addend)
    {
        for (nint row = begin * channels; row < end * channels; row += channels)
        {
            for (nint c = 0; c < channels; c += LaneCount)
            {
                nint at = row + c;
                Lane value = Vector256.Load(map + at), g = Kept(value, gradient, at, Vector256.Load(scale + c), Vector256.Load(shift + c), rectified, rectify);
                if (addend is not null)
                    g.Store(addend + at);
                Lane rest = Vector256.FusedMultiplyAdd(Vector256.Load(factors + channels + c), value, Vector256.Load(factors + 2 * channels + c));
                Vector256.FusedMultiplyAdd(Vector256.Load(factors + c), g, rest).Store(output + at);
            }
        }
    }

    private static int ItemCount(nint rows, int channels, int most) => (int)Math.Clamp(rows * channels / ItemNumbers, 1, most);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lane Normalised(Lane value, Lane scale, Lane shift) => Vector256.FusedMultiplyAdd(value, scale, shift);

    // Whether a number was rectified away is computed as it was forwards, to the bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lane Kept(Lane value, float* gradient, nint at, Lane scale, Lane shift, float* rectified, bool rectify)
    {
        Lane g = Vector256.Load(gradient + at);
        if (!rectify)
            return g;
        Lane z = rectified is null ? Normalised(value, scale, shift) : Vector256.Load(rectified + at);
        return g & Vector256.GreaterThan(z, Lane.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Lane values, double* to)
    {
        (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(values);
        (Vector256.Load(to) + lower).Store(to);
        (Vector256.Load(to + 4) + upper).Store(to + 4);
    }
}
