namespace Lethe.Recognition;

/// <summary>
/// Fewer coordinates for rows that are fewer than their numbers: an orthonormal basis of what the rows span (Gram-Schmidt by a pivoted
/// Cholesky decomposition of their products). A penalty on the weights is the same in these coordinates, and so is the best classifier,
/// since weights outside of the span change no score.
/// </summary>
/// <param name="Coordinates">The rows, [n, r].</param>
/// <param name="Basis">Orthonormal rows, [r, d]; null where the rows are their own coordinates.</param>
internal sealed record RowSpace(DenseMatrix Coordinates, DenseMatrix? Basis)
{
    // What is left of a row's square after all directions before it: less is rounding.
    private const double Rounding = 1e-10;

    /// <param name="rows">[n, d].</param>
    public static RowSpace Of(DenseMatrix rows)
    {
        if (rows.Rows >= rows.Columns)
            return new RowSpace(rows, null);
        int n = rows.Rows;
        DenseMatrix products = rows.TimesTransposed(rows); // [n, n]
        double[] left = [.. Enumerable.Range(0, n).Select(i => products.Row(i)[i])];
        double least = left.Max() * Rounding;
        var pivots = new List<int>();
        var columns = new DenseMatrix(n, n); // [r, n]: coordinates, turned
        while (pivots.Count < n)
        {
            int pivot = Enumerable.Range(0, n).MaxBy(i => left[i]);
            if (left[pivot] <= least)
                break;
            Span<double> column = columns.Row(pivots.Count);
            products.Row(pivot).CopyTo(column);
            for (int k = 0; k < pivots.Count; k++)
                DenseMatrix.AddTo(column, columns.Row(k), -columns.Row(k)[pivot]);
            double scale = 1 / Math.Sqrt(left[pivot]);
            for (int i = 0; i < n; i++)
            {
                column[i] *= scale;
                left[i] = Math.Max(0, left[i] - (column[i] * column[i]));
            }

            left[pivot] = 0;
            pivots.Add(pivot);
        }

        int r = pivots.Count;
        var turned = new DenseMatrix(r, n, columns.Values[..(r * n)]);
        var basis = new DenseMatrix(r, rows.Columns);
        for (int k = 0; k < r; k++)
        {
            // Row of the pivot = Σ coordinate · direction, of which only this direction is new.
            Span<double> direction = basis.Row(k);
            rows.Row(pivots[k]).CopyTo(direction);
            for (int before = 0; before < k; before++)
                DenseMatrix.AddTo(direction, basis.Row(before), -turned.Row(before)[pivots[k]]);
            double scale = 1 / turned.Row(k)[pivots[k]];
            for (int j = 0; j < direction.Length; j++)
                direction[j] *= scale;
        }

        return new RowSpace(turned.Transposed(), basis);
    }

    /// <summary>Weights of rows as they are, from weights of coordinates.</summary>
    /// <param name="weights">[c, r].</param>
    /// <returns>[c, d].</returns>
    public DenseMatrix Widen(DenseMatrix weights)
    {
        if (Basis is null)
            return weights;
        var wide = new DenseMatrix(weights.Rows, Basis.Columns);
        for (int k = 0; k < weights.Rows; k++)
        {
            for (int j = 0; j < Basis.Rows; j++)
                DenseMatrix.AddTo(wide.Row(k), Basis.Row(j), weights.Row(k)[j]);
        }

        return wide;
    }
}
