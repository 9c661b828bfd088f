using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lethe.Recognition;

/// <summary>
/// Products of unit rows, a group of one side with two of the other at a time, so that what is loaded is used several times. No
/// multiplication is fused with an addition and the order of all sums is fixed: processors agree.
/// </summary>
internal static class Cosines
{
    /// <summary>Rows of the one side that are worked on together: they stay in a cache.</summary>
    public const int Block = 128;

    /// <summary>All products of some rows with some others.</summary>
    /// <param name="rows">One side.</param>
    /// <param name="from">Its first row, even.</param>
    /// <param name="count">How many rows, at most <see cref="Block"/>; one more may be read.</param>
    /// <param name="others">The other side, of the same dimension.</param>
    /// <param name="group">Its first row, of a group.</param>
    /// <param name="products">[count, group]: at least count + 1 times <see cref="UnitRows.Group"/> numbers; clamped to [−1, 1].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Multiply(UnitRows rows, int from, int count, UnitRows others, int group, Span<float> products)
    {
        int stride = rows.Stride;
        fixed (float* a = rows.Values, b = others.Values, to = products)
        {
            float* b0 = b + ((nint)group * stride), b1 = b0 + stride, b2 = b1 + stride, b3 = b2 + stride;
            for (int i = 0; i < count; i += 2)
            {
                float* a0 = a + ((nint)(from + i) * stride), a1 = a0 + stride;
                Vector256<float> s00 = default, s01 = default, s02 = default, s03 = default;
                Vector256<float> s10 = default, s11 = default, s12 = default, s13 = default;
                for (int j = 0; j < stride; j += Vector256<float>.Count)
                {
                    Vector256<float> x = Vector256.Load(a0 + j), y = Vector256.Load(a1 + j);
                    Vector256<float> other = Vector256.Load(b0 + j);
                    s00 += x * other;
                    s10 += y * other;
                    other = Vector256.Load(b1 + j);
                    s01 += x * other;
                    s11 += y * other;
                    other = Vector256.Load(b2 + j);
                    s02 += x * other;
                    s12 += y * other;
                    other = Vector256.Load(b3 + j);
                    s03 += x * other;
                    s13 += y * other;
                }

                float* sums = to + (i * UnitRows.Group);
                (sums[0], sums[1], sums[2], sums[3]) = (Sum(s00), Sum(s01), Sum(s02), Sum(s03));
                (sums[4], sums[5], sums[6], sums[7]) = (Sum(s10), Sum(s11), Sum(s12), Sum(s13));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector256<float> values)
    {
        Vector128<float> half = values.GetLower() + values.GetUpper();
        return Math.Clamp((half[0] + half[2]) + (half[1] + half[3]), -1, 1);
    }
}
