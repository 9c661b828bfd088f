using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lethe.Recognition;

/// <summary>
/// A matrix of float64 numbers, row by row, with what the fitting of a classifier asks of one. No multiplication is fused with an addition
/// and the order of all sums is fixed: the same numbers come out wherever it runs.
/// </summary>
/// <param name="rows">How many rows.</param>
/// <param name="columns">How many columns.</param>
/// <param name="values">The numbers, [rows, columns]; null for zeros.</param>
internal sealed class DenseMatrix(int rows, int columns, double[]? values = null)
{
    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public double[] Values { get; } = values ?? new double[checked(rows * columns)];

    public Span<double> Row(int index) => Values.AsSpan(index * Columns, Columns);

    /// <summary>A·Bᵀ: the products of all rows of this with all rows of another.</summary>
    /// <returns>[Rows, other.Rows].</returns>
    public DenseMatrix TimesTransposed(DenseMatrix other)
    {
        var product = new DenseMatrix(Rows, other.Rows);
        for (int i = 0; i < Rows; i++)
        {
            ReadOnlySpan<double> row = Row(i);
            Span<double> to = product.Row(i);
            int j = 0;
            for (; j + 4 <= to.Length; j += 4)
                Dots(row, other.Values.AsSpan(j * Columns, 4 * Columns), to.Slice(j, 4));
            for (; j < to.Length; j++)
                to[j] = Dot(row, other.Row(j));
        }

        return product;
    }

    /// <summary>Aᵀ·B: sums over rows.</summary>
    /// <returns>[Columns, other.Columns].</returns>
    public DenseMatrix TransposedTimes(DenseMatrix other)
    {
        var product = new DenseMatrix(Columns, other.Columns);
        int i = 0;
        for (; i + 4 <= Rows; i += 4)
        {
            ReadOnlySpan<double> four = other.Values.AsSpan(i * other.Columns, 4 * other.Columns);
            for (int j = 0; j < Columns; j++)
                AddFour(product.Row(j), four, Row(i)[j], Row(i + 1)[j], Row(i + 2)[j], Row(i + 3)[j]);
        }

        for (; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
                AddTo(product.Row(j), other.Row(i), Row(i)[j]);
        }

        return product;
    }

    /// <summary>The lower triangle L with this = L·Lᵀ; this is symmetric and positive definite.</summary>
    public DenseMatrix Cholesky()
    {
        var lower = new DenseMatrix(Rows, Rows);
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double rest = Values[(i * Columns) + j] - Dot(lower.Row(i)[..j], lower.Row(j)[..j]);
                lower.Row(i)[j] = i == j ? Math.Sqrt(rest) : rest / lower.Row(j)[j];
            }
        }

        return lower;
    }

    public DenseMatrix Transposed()
    {
        var turned = new DenseMatrix(Columns, Rows);
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
                turned.Values[(j * Rows) + i] = Values[(i * Columns) + j];
        }

        return turned;
    }

    /// <summary>Σ aᵢbᵢ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ref double x = ref MemoryMarshal.GetReference(a), y = ref MemoryMarshal.GetReference(b[..a.Length]);
        Vector256<double> first = default, second = default, third = default, fourth = default;
        int i = 0;
        for (; i + 16 <= a.Length; i += 16)
        {
            first += Vector256.LoadUnsafe(ref x, (nuint)i) * Vector256.LoadUnsafe(ref y, (nuint)i);
            second += Vector256.LoadUnsafe(ref x, (nuint)i + 4) * Vector256.LoadUnsafe(ref y, (nuint)i + 4);
            third += Vector256.LoadUnsafe(ref x, (nuint)i + 8) * Vector256.LoadUnsafe(ref y, (nuint)i + 8);
            fourth += Vector256.LoadUnsafe(ref x, (nuint)i + 12) * Vector256.LoadUnsafe(ref y, (nuint)i + 12);
        }

        double sum = Sum((first + second) + (third + fourth));
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>to += factor · values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo(Span<double> to, ReadOnlySpan<double> values, double factor)
    {
        ref double x = ref MemoryMarshal.GetReference(to), y = ref MemoryMarshal.GetReference(values[..to.Length]);
        Vector256<double> times = Vector256.Create(factor);
        int i = 0;
        for (; i + 4 <= to.Length; i += 4)
            (Vector256.LoadUnsafe(ref x, (nuint)i) + (times * Vector256.LoadUnsafe(ref y, (nuint)i))).StoreUnsafe(ref x, (nuint)i);
        for (; i < to.Length; i++)
            to[i] += factor * values[i];
    }

    // The products of a row with four others, which lie one after the other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots(ReadOnlySpan<double> row, ReadOnlySpan<double> four, Span<double> to)
    {
        int length = row.Length;
        ref double x = ref MemoryMarshal.GetReference(row), y = ref MemoryMarshal.GetReference(four);
        Vector256<double> a = default, b = default, c = default, d = default;
        int i = 0;
        for (; i + 4 <= length; i += 4)
        {
            Vector256<double> own = Vector256.LoadUnsafe(ref x, (nuint)i);
            a += own * Vector256.LoadUnsafe(ref y, (nuint)i);
            b += own * Vector256.LoadUnsafe(ref y, (nuint)(length + i));
            c += own * Vector256.LoadUnsafe(ref y, (nuint)((2 * length) + i));
            d += own * Vector256.LoadUnsafe(ref y, (nuint)((3 * length) + i));
        }

        (to[0], to[1], to[2], to[3]) = (Sum(a), Sum(b), Sum(c), Sum(d));
        for (; i < length; i++)
        {
            for (int k = 0; k < 4; k++)
                to[k] += row[i] * four[(k * length) + i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFour(Span<double> to, ReadOnlySpan<double> four, double first, double second, double third, double fourth)
    {
        int length = to.Length;
        ref double x = ref MemoryMarshal.GetReference(to), y = ref MemoryMarshal.GetReference(four);
        Vector256<double> a = Vector256.Create(first), b = Vector256.Create(second), c = Vector256.Create(third),
            d = Vector256.Create(fourth);
        int i = 0;
        for (; i + 4 <= length; i += 4)
        {
            Vector256<double> sum = (a * Vector256.LoadUnsafe(ref y, (nuint)i)) + (b * Vector256.LoadUnsafe(ref y, (nuint)(length + i)));
            Vector256<double> more = (c * Vector256.LoadUnsafe(ref y, (nuint)((2 * length) + i)))
                + (d * Vector256.LoadUnsafe(ref y, (nuint)((3 * length) + i)));
            (Vector256.LoadUnsafe(ref x, (nuint)i) + (sum + more)).StoreUnsafe(ref x, (nuint)i);
        }

        for (; i < length; i++)
        {
            double sum = (first * four[i]) + (second * four[length + i]);
            to[i] += sum + ((third * four[(2 * length) + i]) + (fourth * four[(3 * length) + i]));
        }
    }

    private static double Sum(Vector256<double> values) => (values[0] + values[1]) + (values[2] + values[3]);
}
