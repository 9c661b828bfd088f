using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Row = System.Runtime.Intrinsics.Vector256<float>;

namespace Lethe.Operators.Kernels;

/// <summary>
/// Products of small matrices that stay in registers: six or four rows of sixteen columns, C = A·B or C += A·B, where A may lie in either order.
/// </summary>
internal static unsafe class MatrixTile
{
    /// <summary>Whether this machine has the instructions.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    /// <summary>Columns of a tile.</summary>
    public const int Columns = 16;

    /// <summary>C = A·B, or C += A·B, for six rows.</summary>
    /// <param name="a">A: element (r, k) lies at r·<paramref name="aRow"/> + k·<paramref name="aStep"/>.</param>
    /// <param name="aRow">From a row of A to the next, in numbers.</param>
    /// <param name="aStep">From a column of A to the next.</param>
    /// <param name="b">B: sixteen numbers of row k lie from k·<paramref name="bStep"/>.</param>
    /// <param name="bStep">From a row of B to the next.</param>
    /// <param name="depth">Columns of A and rows of B.</param>
    /// <param name="c">C: sixteen numbers of row r lie from r·<paramref name="cRow"/>.</param>
    /// <param name="cRow">From a row of C to the next.</param>
    /// <param name="add">Whether to add to what is in C.</param>
    // Locals rather than an array: only these stay in registers, twelve sums, two of B and one of A in the sixteen there are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Product6(float* a, nint aRow, nint aStep, float* b, nint bStep, nint depth, float* c, nint cRow, bool add)
    {
        Row c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        float* lower = c + 3 * cRow;
        if (add)
        {
            (c00, c01) = Pair(c);
            (c10, c11) = Pair(c + cRow);
            (c20, c21) = Pair(c + 2 * cRow);
            (c30, c31) = Pair(lower);
            (c40, c41) = Pair(lower + cRow);
            (c50, c51) = Pair(lower + 2 * cRow);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = Row.Zero;
        }

        float* p = a;
        float* q = a + 3 * aRow;
        for (; depth > 0; depth--)
        {
            Row b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Row value = Vector256.Create(*p);
            c00 = Vector256.FusedMultiplyAdd(value, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(value, b1, c01);
            value = Vector256.Create(p[aRow]);
            c10 = Vector256.FusedMultiplyAdd(value, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(value, b1, c11);
            value = Vector256.Create(p[2 * aRow]);
            c20 = Vector256.FusedMultiplyAdd(value, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(value, b1, c21);
            value = Vector256.Create(*q);
            c30 = Vector256.FusedMultiplyAdd(value, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(value, b1, c31);
            value = Vector256.Create(q[aRow]);
            c40 = Vector256.FusedMultiplyAdd(value, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(value, b1, c41);
            value = Vector256.Create(q[2 * aRow]);
            c50 = Vector256.FusedMultiplyAdd(value, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(value, b1, c51);
            p += aStep;
            q += aStep;
            b += bStep;
        }

        Store(c, c00, c01);
        Store(c + cRow, c10, c11);
        Store(c + 2 * cRow, c20, c21);
        Store(lower, c30, c31);
        Store(lower + cRow, c40, c41);
        Store(lower + 2 * cRow, c50, c51);
    }

    /// <summary>The same for four rows.</summary>
    /// <param name="a">A.</param>
    /// <param name="aRow">From a row of A to the next, in numbers.</param>
    /// <param name="aStep">From a column of A to the next.</param>
    /// <param name="b">B.</param>
    /// <param name="bStep">From a row of B to the next.</param>
    /// <param name="depth">Columns of A and rows of B.</param>
    /// <param name="c">C.</param>
    /// <param name="cRow">From a row of C to the next.</param>
    /// <param name="add">Whether to add to what is in C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Product4(float* a, nint aRow, nint aStep, float* b, nint bStep, nint depth, float* c, nint cRow, bool add)
    {
        Row c00, c01, c10, c11, c20, c21, c30, c31;
        float* lower = c + 2 * cRow;
        if (add)
        {
            (c00, c01) = Pair(c);
            (c10, c11) = Pair(c + cRow);
            (c20, c21) = Pair(lower);
            (c30, c31) = Pair(lower + cRow);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = Row.Zero;
        }

        float* p = a;
        float* q = a + 2 * aRow;
        for (; depth > 0; depth--)
        {
            Row b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Row value = Vector256.Create(*p);
            c00 = Vector256.FusedMultiplyAdd(value, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(value, b1, c01);
            value = Vector256.Create(p[aRow]);
            c10 = Vector256.FusedMultiplyAdd(value, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(value, b1, c11);
            value = Vector256.Create(*q);
            c20 = Vector256.FusedMultiplyAdd(value, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(value, b1, c21);
            value = Vector256.Create(q[aRow]);
            c30 = Vector256.FusedMultiplyAdd(value, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(value, b1, c31);
            p += aStep;
            q += aStep;
            b += bStep;
        }

        Store(c, c00, c01);
        Store(c + cRow, c10, c11);
        Store(lower, c20, c21);
        Store(lower + cRow, c30, c31);
    }

    /// <summary>C = AᵀB or C += AᵀB for any number of rows and sixteen columns.</summary>
    /// <param name="a">A: element (k, r) lies at k·<paramref name="aRow"/> + r.</param>
    /// <param name="aRow">From a row of A to the next.</param>
    /// <param name="rows">Rows of C, columns of A: a multiple of 16.</param>
    /// <param name="b">B: sixteen numbers of row k lie from k·<paramref name="bRow"/>.</param>
    /// <param name="bRow">From a row of B to the next.</param>
    /// <param name="depth">Rows of A and of B.</param>
    /// <param name="c">C: sixteen numbers of row r lie from r·<paramref name="cRow"/>.</param>
    /// <param name="cRow">From a row of C to the next.</param>
    /// <param name="add">Whether to add to what is in C.</param>
    public static void TransposedProduct(float* a, nint aRow, int rows, float* b, nint bRow, int depth, float* c, nint cRow, bool add)
    {
        // A multiple of 16 is made of sixes and at most two fours.
        int r = 0, sixes = rows - (rows % 6 == 0 ? 0 : rows % 6 == 4 ? 4 : 8);
        for (; r < sixes; r += 6)
            Product6(a + r, 1, aRow, b, bRow, depth, c + r * cRow, cRow, add);
        for (; r < rows; r += 4)
            Product4(a + r, 1, aRow, b, bRow, depth, c + r * cRow, cRow, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Row First, Row Second) Pair(float* from) => (Vector256.Load(from), Vector256.Load(from + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, Row first, Row second)
    {
        first.Store(to);
        second.Store(to + 8);
    }
}
