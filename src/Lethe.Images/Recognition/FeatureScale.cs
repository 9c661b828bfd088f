namespace Lethe.Recognition;

/// <summary>
/// Brings features to mean 0 and deviation 1 of the rows that are fitted on; a feature that is constant there takes no part.
/// </summary>
/// <param name="Mean">What is taken off, [d].</param>
/// <param name="Scale">What is multiplied with then, [d]; 0 for a constant feature.</param>
internal sealed record FeatureScale(float[] Mean, float[] Scale)
{
    // Below this deviation relative to the mean a float32 feature is rounding noise around a constant.
    private const double SmallestDeviation = 1e-6;

    /// <summary>That of some rows of a matrix.</summary>
    /// <param name="features">[N, d].</param>
    /// <param name="rows">Which rows, at least one.</param>
    public static FeatureScale Of(float[,] features, IReadOnlyList<int> rows)
    {
        int d = features.GetLength(1);
        double[] mean = new double[d], square = new double[d];
        foreach (int row in rows)
        {
            for (int j = 0; j < d; j++)
                mean[j] += features[row, j];
        }

        for (int j = 0; j < d; j++)
            mean[j] /= rows.Count;
        foreach (int row in rows)
        {
            for (int j = 0; j < d; j++)
                square[j] += (features[row, j] - mean[j]) * (features[row, j] - mean[j]);
        }

        float[] scale = new float[d];
        for (int j = 0; j < d; j++)
        {
            double deviation = Math.Sqrt(square[j] / rows.Count);
            scale[j] = deviation <= SmallestDeviation * Math.Abs(mean[j]) || deviation < 1e-30 ? 0 : (float)(1 / deviation);
        }

        return new FeatureScale([.. mean.Select(value => (float)value)], scale);
    }

    /// <summary>Some rows of a matrix, scaled.</summary>
    /// <param name="features">[N, d].</param>
    /// <param name="rows">Which rows.</param>
    /// <returns>[rows, d].</returns>
    public DenseMatrix Apply(float[,] features, IReadOnlyList<int> rows)
    {
        var scaled = new DenseMatrix(rows.Count, Mean.Length);
        for (int i = 0; i < rows.Count; i++)
        {
            Span<double> row = scaled.Row(i);
            for (int j = 0; j < row.Length; j++)
                row[j] = ((double)features[rows[i], j] - Mean[j]) * Scale[j];
        }

        return scaled;
    }
}
