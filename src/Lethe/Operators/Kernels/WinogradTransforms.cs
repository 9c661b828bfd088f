using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lane = System.Runtime.Intrinsics.Vector256<float>;

namespace Lethe.Operators.Kernels;

/// <summary>
/// The linear maps of Winograd's algorithm F(4×4, 3×3) (Winograd 1980; Lavin and Gray 2016, 1509.09308), eight channels at a time. An
/// output tile of 4×4 is Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A of an input tile d of 6×6 and taps g of 3×3.
/// </summary>
/// <remarks>
/// The maps evaluate polynomials at 0, ±√½, ±√2 and infinity. With 0, ±1, ±2 and infinity, as they are often given, rounding errors are a
/// few times as large, for as many operations. With points ±a and ±b, a²b² = 1: B has rows from x(x² − a²)(x² − b²) divided by each root; G has
/// powers of a point over the derivative there; A has its powers.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class WinogradTransforms
{
    /// <summary>Points of a tile that are multiplied: 6×6.</summary>
    public const int Points = 36;

    /// <summary>Channels that are transformed at once.</summary>
    public const int Lanes = 8;

    private const float A = 0.70710678118654752f;
    private const float B = 1.41421356237309505f;
    private const float A2 = 0.5f;
    private const float B2 = 2;
    private const float A3 = A * A2;
    private const float B3 = B * B2;
    private const float Sum2 = A2 + B2;
    private const float OverNa = 1 / (2 * A2 * (A2 - B2)); // 1 / derivative at ±a
    private const float OverNb = 1 / (2 * B2 * (B2 - A2));

    /// <summary>Bᵀ d B.</summary>
    /// <param name="pixels">Where the 6×6 pixels lie, each with all channels.</param>
    /// <param name="channels">Channels, a multiple of 8.</param>
    /// <param name="to">Point p of channel c goes to p·<paramref name="plane"/> + c.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** pixels, nint channels, float* to, nint plane)
    {
        float* half = stackalloc float[36 * Lanes];
        for (nint c = 0; c < channels; c += Lanes)
        {
            for (int j = 0; j < 6; j++)
            {
                float** column = pixels + j;
                Input(
                    Vector256.Load(column[0] + c), Vector256.Load(column[6] + c), Vector256.Load(column[12] + c),
                    Vector256.Load(column[18] + c), Vector256.Load(column[24] + c), Vector256.Load(column[30] + c), half + Lanes * j, 6 * Lanes);
            }

            for (int i = 0; i < 6; i++)
            {
                float* row = half + 6 * Lanes * i;
                Input(
                    Vector256.Load(row), Vector256.Load(row + Lanes), Vector256.Load(row + 2 * Lanes),
                    Vector256.Load(row + 3 * Lanes), Vector256.Load(row + 4 * Lanes), Vector256.Load(row + 5 * Lanes), to + c + 6 * i * plane, plane);
            }
        }
    }

    /// <summary>A y Aᵀ, the map of a gradient at the output: the transpose of <see cref="Output(float*, nint, nint, float*, float**)"/>.</summary>
    /// <param name="pixels">Where the 4×4 pixels lie, each with all channels.</param>
    /// <param name="channels">Channels, a multiple of 8.</param>
    /// <param name="to">Point p of channel c goes to p·<paramref name="plane"/> + c.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient(float** pixels, nint channels, float* to, nint plane)
    {
        float* half = stackalloc float[24 * Lanes];
        for (nint c = 0; c < channels; c += Lanes)
        {
            for (int j = 0; j < 4; j++)
            {
                float** column = pixels + j;
                OutputGradient(
                    Vector256.Load(column[0] + c), Vector256.Load(column[4] + c), Vector256.Load(column[8] + c), Vector256.Load(column[12] + c),
                    half + Lanes * j, 4 * Lanes);
            }

            for (int i = 0; i < 6; i++)
            {
                float* row = half + 4 * Lanes * i;
                OutputGradient(
                    Vector256.Load(row), Vector256.Load(row + Lanes), Vector256.Load(row + 2 * Lanes), Vector256.Load(row + 3 * Lanes),
                    to + c + 6 * i * plane, plane);
            }
        }
    }

    /// <summary>Aᵀ m A, plus a bias.</summary>
    /// <param name="from">Point p of channel c lies at p·<paramref name="plane"/> + c.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    /// <param name="channels">Channels, a multiple of 8.</param>
    /// <param name="bias">One number for each channel.</param>
    /// <param name="pixels">Where the 4×4 pixels go, each with all channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(float* from, nint plane, nint channels, float* bias, float** pixels)
    {
        float* half = stackalloc float[24 * Lanes];
        for (nint c = 0; c < channels; c += Lanes)
        {
            for (int j = 0; j < 6; j++)
            {
                float* column = from + c + j * plane;
                (Lane y0, Lane y1, Lane y2, Lane y3) = Output(
                    Vector256.Load(column), Vector256.Load(column + 6 * plane), Vector256.Load(column + 12 * plane),
                    Vector256.Load(column + 18 * plane), Vector256.Load(column + 24 * plane), Vector256.Load(column + 30 * plane));
                float* to = half + Lanes * j;
                y0.Store(to);
                y1.Store(to + 6 * Lanes);
                y2.Store(to + 12 * Lanes);
                y3.Store(to + 18 * Lanes);
            }

            Lane shift = Vector256.Load(bias + c);
            for (int i = 0; i < 4; i++)
            {
                float* row = half + 6 * Lanes * i;
                (Lane y0, Lane y1, Lane y2, Lane y3) = Output(
                    Vector256.Load(row), Vector256.Load(row + Lanes), Vector256.Load(row + 2 * Lanes),
                    Vector256.Load(row + 3 * Lanes), Vector256.Load(row + 4 * Lanes), Vector256.Load(row + 5 * Lanes));
                float** to = pixels + 4 * i;
                (y0 + shift).Store(to[0] + c);
                (y1 + shift).Store(to[1] + c);
                (y2 + shift).Store(to[2] + c);
                (y3 + shift).Store(to[3] + c);
            }
        }
    }

    /// <summary>G g Gᵀ of eight filters.</summary>
    /// <param name="taps">[9, 8].</param>
    /// <param name="to">Point p of the eight goes to p·<paramref name="plane"/>.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    public static void Filter(float* taps, float* to, nint plane)
    {
        float* half = stackalloc float[18 * Lanes];
        for (int j = 0; j < 3; j++)
        {
            float* column = taps + Lanes * j;
            Filter(Vector256.Load(column), Vector256.Load(column + 3 * Lanes), Vector256.Load(column + 6 * Lanes), half + Lanes * j, 3 * Lanes);
        }

        for (int i = 0; i < 6; i++)
        {
            float* row = half + 3 * Lanes * i;
            Filter(Vector256.Load(row), Vector256.Load(row + Lanes), Vector256.Load(row + 2 * Lanes), to + 6 * i * plane, plane);
        }
    }

    /// <summary>Gᵀ u G of eight filters, the transpose of <see cref="Filter(float*, float*, nint)"/>.</summary>
    /// <param name="from">Point p of the eight lies at p·<paramref name="plane"/>.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    /// <param name="taps">[9, 8].</param>
    public static void FilterGradient(float* from, nint plane, float* taps)
    {
        float* half = stackalloc float[18 * Lanes];
        for (int j = 0; j < 6; j++)
        {
            float* column = from + j * plane;
            (Lane g0, Lane g1, Lane g2) = FilterGradient(
                Vector256.Load(column), Vector256.Load(column + 6 * plane), Vector256.Load(column + 12 * plane),
                Vector256.Load(column + 18 * plane), Vector256.Load(column + 24 * plane), Vector256.Load(column + 30 * plane));
            float* to = half + Lanes * j;
            g0.Store(to);
            g1.Store(to + 6 * Lanes);
            g2.Store(to + 12 * Lanes);
        }

        for (int i = 0; i < 3; i++)
        {
            float* row = half + 6 * Lanes * i;
            (Lane g0, Lane g1, Lane g2) = FilterGradient(
                Vector256.Load(row), Vector256.Load(row + Lanes), Vector256.Load(row + 2 * Lanes),
                Vector256.Load(row + 3 * Lanes), Vector256.Load(row + 4 * Lanes), Vector256.Load(row + 5 * Lanes));
            float* to = taps + 3 * Lanes * i;
            g0.Store(to);
            g1.Store(to + Lanes);
            g2.Store(to + 2 * Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Input(Lane d0, Lane d1, Lane d2, Lane d3, Lane d4, Lane d5, float* to, nint step)
    {
        Lane evenA = MultiplyAdd(-B2, d2, d4), oddA = MultiplyAdd(-B2, d1, d3), evenB = MultiplyAdd(-A2, d2, d4), oddB = MultiplyAdd(-A2, d1, d3);
        (MultiplyAdd(-Sum2, d2, d4) + d0).Store(to);
        MultiplyAdd(A, oddA, evenA).Store(to + step);
        MultiplyAdd(-A, oddA, evenA).Store(to + 2 * step);
        MultiplyAdd(B, oddB, evenB).Store(to + 3 * step);
        MultiplyAdd(-B, oddB, evenB).Store(to + 4 * step);
        (MultiplyAdd(-Sum2, d3, d5) + d1).Store(to + 5 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputGradient(Lane y0, Lane y1, Lane y2, Lane y3, float* to, nint step)
    {
        Lane evenA = MultiplyAdd(A2, y2, y0), oddA = MultiplyAdd(A2, y3, y1), evenB = MultiplyAdd(B2, y2, y0), oddB = MultiplyAdd(B2, y3, y1);
        y0.Store(to);
        MultiplyAdd(A, oddA, evenA).Store(to + step);
        MultiplyAdd(-A, oddA, evenA).Store(to + 2 * step);
        MultiplyAdd(B, oddB, evenB).Store(to + 3 * step);
        MultiplyAdd(-B, oddB, evenB).Store(to + 4 * step);
        y3.Store(to + 5 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lane Y0, Lane Y1, Lane Y2, Lane Y3) Output(Lane m0, Lane m1, Lane m2, Lane m3, Lane m4, Lane m5)
    {
        Lane evenA = m1 + m2, oddA = m1 - m2, evenB = m3 + m4, oddB = m3 - m4;
        return (
            m0 + evenA + evenB,
            MultiplyAdd(B, oddB, oddA * A),
            MultiplyAdd(B2, evenB, evenA * A2),
            MultiplyAdd(B3, oddB, MultiplyAdd(A3, oddA, m5)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Filter(Lane g0, Lane g1, Lane g2, float* to, nint step)
    {
        Lane evenA = MultiplyAdd(A2, g2, g0), evenB = MultiplyAdd(B2, g2, g0);
        g0.Store(to);
        (MultiplyAdd(A, g1, evenA) * OverNa).Store(to + step);
        (MultiplyAdd(-A, g1, evenA) * OverNa).Store(to + 2 * step);
        (MultiplyAdd(B, g1, evenB) * OverNb).Store(to + 3 * step);
        (MultiplyAdd(-B, g1, evenB) * OverNb).Store(to + 4 * step);
        g2.Store(to + 5 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lane G0, Lane G1, Lane G2) FilterGradient(Lane u0, Lane u1, Lane u2, Lane u3, Lane u4, Lane u5)
    {
        Lane evenA = (u1 + u2) * OverNa, oddA = (u1 - u2) * OverNa, evenB = (u3 + u4) * OverNb, oddB = (u3 - u4) * OverNb;
        return (u0 + evenA + evenB, MultiplyAdd(B, oddB, oddA * A), MultiplyAdd(B2, evenB, MultiplyAdd(A2, evenA, u5)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lane MultiplyAdd(float factor, Lane value, Lane addend) => Vector256.FusedMultiplyAdd(Vector256.Create(factor), value, addend);
}
