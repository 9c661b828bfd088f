using System.Runtime.CompilerServices;
using Lethe.Numerics;

namespace Lethe.Operators.Kernels;

/// <summary>
/// The linear maps of Winograd's algorithm F(4×4, 3×3) (Winograd 1980; Lavin and Gray 2016, 1509.09308), a vector of channels at a time. An
/// output tile of 4×4 is Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A of an input tile d of 6×6 and taps g of 3×3.
/// </summary>
/// <remarks>
/// The maps evaluate polynomials at 0, ±√½, ±√2 and infinity. With 0, ±1, ±2 and infinity, as they are often given, rounding errors are a
/// few times as large, for as many operations. With points ±a and ±b, a²b² = 1: B has rows from x(x² − a²)(x² − b²) divided by each root; G
/// has powers of a point over the derivative there; A has its powers.
/// </remarks>
/// <typeparam name="TLane">The vectors.</typeparam>
[SkipLocalsInit]
internal static unsafe class WinogradTransforms<TLane>
    where TLane : struct, ILane<TLane>
{
    /// <summary>Points of a tile that are multiplied: 6×6.</summary>
    public const int Points = 36;

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
    /// <param name="channels">Channels, a multiple of the vector's.</param>
    /// <param name="to">Point p of channel c goes to p·<paramref name="plane"/> + c.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** pixels, nint channels, float* to, nint plane)
    {
        float* half = stackalloc float[36 * TLane.Count];
        for (nint c = 0; c < channels; c += TLane.Count)
        {
            for (int j = 0; j < 6; j++)
            {
                float** column = pixels + j;
                Input(
                    TLane.Load(column[0] + c), TLane.Load(column[6] + c), TLane.Load(column[12] + c),
                    TLane.Load(column[18] + c), TLane.Load(column[24] + c), TLane.Load(column[30] + c), half + TLane.Count * j,
                    6 * TLane.Count);
            }

            for (int i = 0; i < 6; i++)
            {
                float* row = half + 6 * TLane.Count * i;
                Input(
                    TLane.Load(row), TLane.Load(row + TLane.Count), TLane.Load(row + 2 * TLane.Count),
                    TLane.Load(row + 3 * TLane.Count), TLane.Load(
                        row + 4 * TLane.Count), TLane.Load(row + 5 * TLane.Count), to + c + 6 * i * plane, plane);
            }
        }
    }

    /// <summary>
    /// A y Aᵀ, the map of a gradient at the output: the transpose of <see cref="Output(float*, nint, nint, float*, float**)"/>.
    /// </summary>
    /// <param name="pixels">Where the 4×4 pixels lie, each with all channels.</param>
    /// <param name="channels">Channels, a multiple of the vector's.</param>
    /// <param name="to">Point p of channel c goes to p·<paramref name="plane"/> + c.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient(float** pixels, nint channels, float* to, nint plane)
    {
        float* half = stackalloc float[24 * TLane.Count];
        for (nint c = 0; c < channels; c += TLane.Count)
        {
            for (int j = 0; j < 4; j++)
            {
                float** column = pixels + j;
                OutputGradient(
                    TLane.Load(column[0] + c), TLane.Load(column[4] + c), TLane.Load(column[8] + c), TLane.Load(column[12] + c),
                    half + TLane.Count * j, 4 * TLane.Count);
            }

            for (int i = 0; i < 6; i++)
            {
                float* row = half + 4 * TLane.Count * i;
                OutputGradient(
                    TLane.Load(row), TLane.Load(row + TLane.Count), TLane.Load(row + 2 * TLane.Count), TLane.Load(row + 3 * TLane.Count),
                    to + c + 6 * i * plane, plane);
            }
        }
    }

    /// <summary>Aᵀ m A, plus a bias.</summary>
    /// <param name="from">Point p of channel c lies at p·<paramref name="plane"/> + c.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    /// <param name="channels">Channels, a multiple of the vector's.</param>
    /// <param name="bias">One number for each channel.</param>
    /// <param name="pixels">Where the 4×4 pixels go, each with all channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(float* from, nint plane, nint channels, float* bias, float** pixels)
    {
        float* half = stackalloc float[24 * TLane.Count];
        for (nint c = 0; c < channels; c += TLane.Count)
        {
            for (int j = 0; j < 6; j++)
            {
                float* column = from + c + j * plane;
                (TLane y0, TLane y1, TLane y2, TLane y3) = Output(
                    TLane.Load(column), TLane.Load(column + 6 * plane), TLane.Load(column + 12 * plane),
                    TLane.Load(column + 18 * plane), TLane.Load(column + 24 * plane), TLane.Load(column + 30 * plane));
                float* to = half + TLane.Count * j;
                y0.Store(to);
                y1.Store(to + 6 * TLane.Count);
                y2.Store(to + 12 * TLane.Count);
                y3.Store(to + 18 * TLane.Count);
            }

            TLane shift = TLane.Load(bias + c);
            for (int i = 0; i < 4; i++)
            {
                float* row = half + 6 * TLane.Count * i;
                (TLane y0, TLane y1, TLane y2, TLane y3) = Output(
                    TLane.Load(row), TLane.Load(row + TLane.Count), TLane.Load(row + 2 * TLane.Count),
                    TLane.Load(row + 3 * TLane.Count), TLane.Load(row + 4 * TLane.Count), TLane.Load(row + 5 * TLane.Count));
                float** to = pixels + 4 * i;
                (y0 + shift).Store(to[0] + c);
                (y1 + shift).Store(to[1] + c);
                (y2 + shift).Store(to[2] + c);
                (y3 + shift).Store(to[3] + c);
            }
        }
    }

    /// <summary>G g Gᵀ of a vector of filters.</summary>
    /// <param name="taps">[9, vector].</param>
    /// <param name="to">Point p of them goes to p·<paramref name="plane"/>.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    public static void Filter(float* taps, float* to, nint plane)
    {
        float* half = stackalloc float[18 * TLane.Count];
        for (int j = 0; j < 3; j++)
        {
            float* column = taps + TLane.Count * j;
            Filter(
                TLane.Load(column), TLane.Load(column + 3 * TLane.Count), TLane.Load(column + 6 * TLane.Count), half + TLane.Count * j,
                3 * TLane.Count);
        }

        for (int i = 0; i < 6; i++)
        {
            float* row = half + 3 * TLane.Count * i;
            Filter(TLane.Load(row), TLane.Load(row + TLane.Count), TLane.Load(row + 2 * TLane.Count), to + 6 * i * plane, plane);
        }
    }

    /// <summary>Gᵀ u G of a vector of filters, the transpose of <see cref="Filter(float*, float*, nint)"/>.</summary>
    /// <param name="from">Point p of them lies at p·<paramref name="plane"/>.</param>
    /// <param name="plane">From a point to the next, in numbers.</param>
    /// <param name="taps">[9, vector].</param>
    public static void FilterGradient(float* from, nint plane, float* taps)
    {
        float* half = stackalloc float[18 * TLane.Count];
        for (int j = 0; j < 6; j++)
        {
            float* column = from + j * plane;
            (TLane g0, TLane g1, TLane g2) = FilterGradient(
                TLane.Load(column), TLane.Load(column + 6 * plane), TLane.Load(column + 12 * plane),
                TLane.Load(column + 18 * plane), TLane.Load(column + 24 * plane), TLane.Load(column + 30 * plane));
            float* to = half + TLane.Count * j;
            g0.Store(to);
            g1.Store(to + 6 * TLane.Count);
            g2.Store(to + 12 * TLane.Count);
        }

        for (int i = 0; i < 3; i++)
        {
            float* row = half + 6 * TLane.Count * i;
            (TLane g0, TLane g1, TLane g2) = FilterGradient(
                TLane.Load(row), TLane.Load(row + TLane.Count), TLane.Load(row + 2 * TLane.Count),
                TLane.Load(row + 3 * TLane.Count), TLane.Load(row + 4 * TLane.Count), TLane.Load(row + 5 * TLane.Count));
            float* to = taps + 3 * TLane.Count * i;
            g0.Store(to);
            g1.Store(to + TLane.Count);
            g2.Store(to + 2 * TLane.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Input(TLane d0, TLane d1, TLane d2, TLane d3, TLane d4, TLane d5, float* to, nint step)
    {
        TLane evenA = MultiplyAdd(-B2, d2, d4), oddA = MultiplyAdd(-B2, d1, d3), evenB = MultiplyAdd(-A2, d2, d4),
            oddB = MultiplyAdd(-A2, d1, d3);
        (MultiplyAdd(-Sum2, d2, d4) + d0).Store(to);
        MultiplyAdd(A, oddA, evenA).Store(to + step);
        MultiplyAdd(-A, oddA, evenA).Store(to + 2 * step);
        MultiplyAdd(B, oddB, evenB).Store(to + 3 * step);
        MultiplyAdd(-B, oddB, evenB).Store(to + 4 * step);
        (MultiplyAdd(-Sum2, d3, d5) + d1).Store(to + 5 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputGradient(TLane y0, TLane y1, TLane y2, TLane y3, float* to, nint step)
    {
        TLane evenA = MultiplyAdd(A2, y2, y0), oddA = MultiplyAdd(A2, y3, y1), evenB = MultiplyAdd(B2, y2, y0),
            oddB = MultiplyAdd(B2, y3, y1);
        y0.Store(to);
        MultiplyAdd(A, oddA, evenA).Store(to + step);
        MultiplyAdd(-A, oddA, evenA).Store(to + 2 * step);
        MultiplyAdd(B, oddB, evenB).Store(to + 3 * step);
        MultiplyAdd(-B, oddB, evenB).Store(to + 4 * step);
        y3.Store(to + 5 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane Y0, TLane Y1, TLane Y2, TLane Y3) Output(TLane m0, TLane m1, TLane m2, TLane m3, TLane m4, TLane m5)
    {
        TLane evenA = m1 + m2, oddA = m1 - m2, evenB = m3 + m4, oddB = m3 - m4;
        return (
            m0 + evenA + evenB,
            MultiplyAdd(B, oddB, oddA * TLane.Create(A)),
            MultiplyAdd(B2, evenB, evenA * TLane.Create(A2)),
            MultiplyAdd(B3, oddB, MultiplyAdd(A3, oddA, m5)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Filter(TLane g0, TLane g1, TLane g2, float* to, nint step)
    {
        TLane evenA = MultiplyAdd(A2, g2, g0), evenB = MultiplyAdd(B2, g2, g0);
        g0.Store(to);
        (MultiplyAdd(A, g1, evenA) * TLane.Create(OverNa)).Store(to + step);
        (MultiplyAdd(-A, g1, evenA) * TLane.Create(OverNa)).Store(to + 2 * step);
        (MultiplyAdd(B, g1, evenB) * TLane.Create(OverNb)).Store(to + 3 * step);
        (MultiplyAdd(-B, g1, evenB) * TLane.Create(OverNb)).Store(to + 4 * step);
        g2.Store(to + 5 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane G0, TLane G1, TLane G2) FilterGradient(TLane u0, TLane u1, TLane u2, TLane u3, TLane u4, TLane u5)
    {
        TLane evenA = (u1 + u2) * TLane.Create(OverNa), oddA = (u1 - u2) * TLane.Create(OverNa), evenB = (u3 + u4) * TLane.Create(OverNb),
            oddB = (u3 - u4) * TLane.Create(OverNb);
        return (u0 + evenA + evenB, MultiplyAdd(B, oddB, oddA * TLane.Create(A)), MultiplyAdd(B2, evenB, MultiplyAdd(A2, evenA, u5)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane MultiplyAdd(float factor, TLane value, TLane addend) => TLane.MultiplyAdd(TLane.Create(factor), value, addend);
}
