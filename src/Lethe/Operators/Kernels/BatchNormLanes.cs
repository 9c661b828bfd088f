using System.Runtime.CompilerServices;
using Lethe.Numerics;

namespace Lethe.Operators.Kernels;

/// <summary>The kernel for vectors of one width.</summary>
/// <typeparam name="TLane">The vector. Channels are a multiple of its count.</typeparam>
internal sealed unsafe class BatchNormLanes<TLane> : BatchNormKernel
    where TLane : struct, ILane<TLane>
{
    // Rows are summed in float32 while they are near, then in float64.
    private const int NearNumbers = 4096;
    private const int LeastNearRows = 8;

    // What a thread takes at once.
    private const int ItemNumbers = 1 << 15;
    private const int MostSums = 64;

    [ThreadStatic]
    private static NativeBuffer? own;

    /// <summary>Adds what some rows, which are near each other, come to.</summary>
    private delegate void NearSums(nint firstRow, nint rows, double* first, double* second);

    /// <inheritdoc/>
    public override void Moments(float* map, nint rows, int channels, double[] mean, double[] variance)
    {
        // Around the first row rather than zero, so that a mean far from zero takes no digits of the variance.
        Sums(rows, channels, mean, variance, (row, count, sum, squares) =>
            AddMoments(map + row * channels, count, channels, map, sum, squares));
        for (int c = 0; c < channels; c++)
        {
            double offset = mean[c] / rows;
            variance[c] = Math.Max(0, variance[c] / rows - offset * offset);
            mean[c] = map[c] + offset;
        }
    }

    /// <inheritdoc/>
    public override void Forward(
        float* map, nint rows, int channels, float* scale, float* shift, float* addend, bool rectify, float* output)
    {
        int items = ItemCount(rows, channels, int.MaxValue);
        ThreadTeam.For(items, 0, (item, _) =>
            ForwardRows(map, rows * item / items, rows * (item + 1) / items, channels, scale, shift, addend, rectify, output));
    }

    /// <inheritdoc/>
    public override void BackwardSums(
        float* map, float* gradient, nint rows, int channels, float* mean, float* scale, float* shift, float* rectified, bool rectify,
        double[] sum, double[] product) =>
        Sums(rows, channels, sum, product, (row, count, one, two) =>
            AddGradients(map, gradient, row * channels, count, channels, mean, scale, shift, rectified, rectify, one, two));

    /// <inheritdoc/>
    public override void Backward(
        float* map, float* gradient, nint rows, int channels, float* factors, float* scale, float* shift, float* rectified, bool rectify,
        float* output, float* addend)
    {
        int items = ItemCount(rows, channels, int.MaxValue);
        ThreadTeam.For(items, 0, (item, _) =>
        {
            nint begin = rows * item / items, end = rows * (item + 1) / items;
            BackwardRows(map, gradient, begin, end, channels, factors, scale, shift, rectified, rectify, output, addend);
        });
    }

    /// <summary>Two sums over rows for each channel, in parts that depend on the shape alone.</summary>
    private static void Sums(nint rows, int channels, double[] first, double[] second, NearSums sums)
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
                sums(row, Math.Min(near, end - row), one, two);
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

    private static void AddMoments(float* map, nint rows, nint channels, float* around, double* sums, double* squares)
    {
        for (nint c = 0; c < channels; c += TLane.Count)
        {
            TLane centre = TLane.Load(around + c), sum = TLane.Zero, square = TLane.Zero;
            float* at = map + c;
            for (nint row = 0; row < rows; row++, at += channels)
            {
                TLane value = TLane.Load(at) - centre;
                sum += value;
                square = TLane.MultiplyAdd(value, value, square);
            }

            sum.AddTo(sums + c);
            square.AddTo(squares + c);
        }
    }

    private static void AddGradients(
        float* map, float* gradient, nint first, nint rows, nint channels, float* mean, float* scale, float* shift, float* rectified,
        bool rectify, double* sums, double* products)
    {
        for (nint c = 0; c < channels; c += TLane.Count)
        {
            TLane centre = TLane.Load(mean + c), factor = TLane.Load(scale + c), offset = TLane.Load(shift + c);
            TLane sum = TLane.Zero, product = TLane.Zero;
            nint at = first + c;
            for (nint row = 0; row < rows; row++, at += channels)
            {
                TLane value = TLane.Load(map + at), g = Kept(value, gradient, at, factor, offset, rectified, rectify);
                sum += g;
                product = TLane.MultiplyAdd(g, value - centre, product);
            }

            sum.AddTo(sums + c);
            product.AddTo(products + c);
        }
    }

    private static void ForwardRows(
        float* map, nint begin, nint end, nint channels, float* scale, float* shift, float* addend, bool rectify, float* output)
    {
        TLane least = TLane.Create(rectify ? 0 : float.NegativeInfinity);
        for (nint row = begin * channels; row < end * channels; row += channels)
        {
            for (nint c = 0; c < channels; c += TLane.Count)
            {
                nint at = row + c;
                TLane value = Normalised(TLane.Load(map + at), TLane.Load(scale + c), TLane.Load(shift + c));
                if (addend is not null)
                    value += TLane.Load(addend + at);
                TLane.Max(value, least).Store(output + at);
            }
        }
    }

    private static void BackwardRows(
        float* map, float* gradient, nint begin, nint end, nint channels, float* factors, float* scale, float* shift, float* rectified,
        bool rectify, float* output, float* addend)
    {
        for (nint row = begin * channels; row < end * channels; row += channels)
        {
            for (nint c = 0; c < channels; c += TLane.Count)
            {
                nint at = row + c;
                TLane value = TLane.Load(map + at);
                TLane g = Kept(value, gradient, at, TLane.Load(scale + c), TLane.Load(shift + c), rectified, rectify);
                if (addend is not null)
                    g.Store(addend + at);
                TLane rest = TLane.MultiplyAdd(TLane.Load(factors + channels + c), value, TLane.Load(factors + 2 * channels + c));
                TLane.MultiplyAdd(TLane.Load(factors + c), g, rest).Store(output + at);
            }
        }
    }

    private static int ItemCount(nint rows, int channels, int most) => (int)Math.Clamp(rows * channels / ItemNumbers, 1, most);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Normalised(TLane value, TLane scale, TLane shift) => TLane.MultiplyAdd(value, scale, shift);

    // Whether a number was rectified away is computed as it was forwards, to the bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Kept(TLane value, float* gradient, nint at, TLane scale, TLane shift, float* rectified, bool rectify)
    {
        TLane g = TLane.Load(gradient + at);
        return rectify ? TLane.WherePositive(g, rectified is null ? Normalised(value, scale, shift) : TLane.Load(rectified + at)) : g;
    }
}
