using System.Runtime.CompilerServices;
using Lethe.Numerics;

namespace Lethe.Operators.Kernels;

/// <summary>
/// Products of small matrices that stay in registers, six rows of two vectors: C = A·B or C += A·B. The rows of A lie wherever pointers
/// say, so that a convolution need not copy its pixels (Dukhan 2019, The Indirect Convolution Algorithm, 1907.02129).
/// </summary>
/// <remarks>
/// Each number of C is one chain of fused multiplications over the depth, in order: cutting the depth in parts that are added changes no
/// bit, nor does the width of vectors.
/// </remarks>
/// <typeparam name="TLane">The vectors.</typeparam>
internal static unsafe class MatrixTile<TLane>
    where TLane : struct, ILane<TLane>
{
    /// <summary>Rows of a product.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a product.</summary>
    public static int Columns => 2 * TLane.Count;

    /// <summary>C = A·B or C += A·B for six rows.</summary>
    /// <param name="a">Where the six rows of A begin, each with its numbers one after the other.</param>
    /// <param name="offset">Numbers to leave out at the beginning of each row.</param>
    /// <param name="b">B, row after row of <see cref="Columns"/>.</param>
    /// <param name="depth">Columns of A and rows of B.</param>
    /// <param name="c">C.</param>
    /// <param name="cRow">From a row of C to the next, in numbers.</param>
    /// <param name="add">Whether to add to what is in C.</param>
    // Locals rather than an array: only these stay in registers, twelve sums, two of B and one of A in the sixteen there are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Product(float** a, nint offset, float* b, nint depth, float* c, nint cRow, bool add)
    {
        TLane c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        if (add)
        {
            (c00, c01) = Pair(c);
            (c10, c11) = Pair(c + cRow);
            (c20, c21) = Pair(c + 2 * cRow);
            (c30, c31) = Pair(c + 3 * cRow);
            (c40, c41) = Pair(c + 4 * cRow);
            (c50, c51) = Pair(c + 5 * cRow);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = TLane.Zero;
        }

        float* a0 = a[0] + offset, a1 = a[1] + offset, a2 = a[2] + offset, a3 = a[3] + offset, a4 = a[4] + offset, a5 = a[5] + offset;
        for (nint k = 0; k < depth; k++, b += Columns)
        {
            (TLane b0, TLane b1) = Pair(b);
            TLane value = TLane.Create(a0[k]);
            c00 = TLane.MultiplyAdd(value, b0, c00);
            c01 = TLane.MultiplyAdd(value, b1, c01);
            value = TLane.Create(a1[k]);
            c10 = TLane.MultiplyAdd(value, b0, c10);
            c11 = TLane.MultiplyAdd(value, b1, c11);
            value = TLane.Create(a2[k]);
            c20 = TLane.MultiplyAdd(value, b0, c20);
            c21 = TLane.MultiplyAdd(value, b1, c21);
            value = TLane.Create(a3[k]);
            c30 = TLane.MultiplyAdd(value, b0, c30);
            c31 = TLane.MultiplyAdd(value, b1, c31);
            value = TLane.Create(a4[k]);
            c40 = TLane.MultiplyAdd(value, b0, c40);
            c41 = TLane.MultiplyAdd(value, b1, c41);
            value = TLane.Create(a5[k]);
            c50 = TLane.MultiplyAdd(value, b0, c50);
            c51 = TLane.MultiplyAdd(value, b1, c51);
        }

        Store(c, c00, c01);
        Store(c + cRow, c10, c11);
        Store(c + 2 * cRow, c20, c21);
        Store(c + 3 * cRow, c30, c31);
        Store(c + 4 * cRow, c40, c41);
        Store(c + 5 * cRow, c50, c51);
    }

    /// <summary>C = AᵀB or C += AᵀB for a number of rows that is a multiple of 16.</summary>
    /// <param name="a">A: element (k, r) lies at k·<paramref name="aRow"/> + r.</param>
    /// <param name="aRow">From a row of A to the next, in numbers.</param>
    /// <param name="rows">Rows of C, columns of A.</param>
    /// <param name="b">B: <see cref="Columns"/> numbers of row k lie from k·<paramref name="bRow"/>.</param>
    /// <param name="bRow">From a row of B to the next.</param>
    /// <param name="depth">Rows of A and of B.</param>
    /// <param name="c">C.</param>
    /// <param name="cRow">From a row of C to the next.</param>
    /// <param name="add">Whether to add to what is in C.</param>
    public static void TransposedProduct(float* a, nint aRow, int rows, float* b, nint bRow, int depth, float* c, nint cRow, bool add)
    {
        // A multiple of 16 is made of sixes and at most two fours.
        int r = 0, sixes = rows - (rows % 6 == 0 ? 0 : rows % 6 == 4 ? 4 : 8);
        for (; r < sixes; r += 6)
            Transposed6(a + r, aRow, b, bRow, depth, c + r * cRow, cRow, add);
        for (; r < rows; r += 4)
            Transposed4(a + r, aRow, b, bRow, depth, c + r * cRow, cRow, add);
    }

    /// <summary>The same for six rows.</summary>
    /// <param name="a">A.</param>
    /// <param name="aRow">From a row of A to the next.</param>
    /// <param name="b">B.</param>
    /// <param name="bRow">From a row of B to the next.</param>
    /// <param name="depth">Rows of A and of B.</param>
    /// <param name="c">C.</param>
    /// <param name="cRow">From a row of C to the next.</param>
    /// <param name="add">Whether to add to what is in C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transposed6(float* a, nint aRow, float* b, nint bRow, int depth, float* c, nint cRow, bool add)
    {
        TLane c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        if (add)
        {
            (c00, c01) = Pair(c);
            (c10, c11) = Pair(c + cRow);
            (c20, c21) = Pair(c + 2 * cRow);
            (c30, c31) = Pair(c + 3 * cRow);
            (c40, c41) = Pair(c + 4 * cRow);
            (c50, c51) = Pair(c + 5 * cRow);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = TLane.Zero;
        }

        for (; depth > 0; depth--, a += aRow, b += bRow)
        {
            (TLane b0, TLane b1) = Pair(b);
            TLane value = TLane.Create(a[0]);
            c00 = TLane.MultiplyAdd(value, b0, c00);
            c01 = TLane.MultiplyAdd(value, b1, c01);
            value = TLane.Create(a[1]);
            c10 = TLane.MultiplyAdd(value, b0, c10);
            c11 = TLane.MultiplyAdd(value, b1, c11);
            value = TLane.Create(a[2]);
            c20 = TLane.MultiplyAdd(value, b0, c20);
            c21 = TLane.MultiplyAdd(value, b1, c21);
            value = TLane.Create(a[3]);
            c30 = TLane.MultiplyAdd(value, b0, c30);
            c31 = TLane.MultiplyAdd(value, b1, c31);
            value = TLane.Create(a[4]);
            c40 = TLane.MultiplyAdd(value, b0, c40);
            c41 = TLane.MultiplyAdd(value, b1, c41);
            value = TLane.Create(a[5]);
            c50 = TLane.MultiplyAdd(value, b0, c50);
            c51 = TLane.MultiplyAdd(value, b1, c51);
        }

        Store(c, c00, c01);
        Store(c + cRow, c10, c11);
        Store(c + 2 * cRow, c20, c21);
        Store(c + 3 * cRow, c30, c31);
        Store(c + 4 * cRow, c40, c41);
        Store(c + 5 * cRow, c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transposed4(float* a, nint aRow, float* b, nint bRow, int depth, float* c, nint cRow, bool add)
    {
        TLane c00, c01, c10, c11, c20, c21, c30, c31;
        if (add)
        {
            (c00, c01) = Pair(c);
            (c10, c11) = Pair(c + cRow);
            (c20, c21) = Pair(c + 2 * cRow);
            (c30, c31) = Pair(c + 3 * cRow);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = TLane.Zero;
        }

        for (; depth > 0; depth--, a += aRow, b += bRow)
        {
            (TLane b0, TLane b1) = Pair(b);
            TLane value = TLane.Create(a[0]);
            c00 = TLane.MultiplyAdd(value, b0, c00);
            c01 = TLane.MultiplyAdd(value, b1, c01);
            value = TLane.Create(a[1]);
            c10 = TLane.MultiplyAdd(value, b0, c10);
            c11 = TLane.MultiplyAdd(value, b1, c11);
            value = TLane.Create(a[2]);
            c20 = TLane.MultiplyAdd(value, b0, c20);
            c21 = TLane.MultiplyAdd(value, b1, c21);
            value = TLane.Create(a[3]);
            c30 = TLane.MultiplyAdd(value, b0, c30);
            c31 = TLane.MultiplyAdd(value, b1, c31);
        }

        Store(c, c00, c01);
        Store(c + cRow, c10, c11);
        Store(c + 2 * cRow, c20, c21);
        Store(c + 3 * cRow, c30, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane First, TLane Second) Pair(float* from) => (TLane.Load(from), TLane.Load(from + TLane.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, TLane first, TLane second)
    {
        first.Store(to);
        second.Store(to + TLane.Count);
    }
}
