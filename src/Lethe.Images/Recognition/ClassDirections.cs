namespace Lethe.Recognition;

/// <summary>
/// Where the classes lie on the sphere: the mean of the embeddings of each, all brought to length 1. How far an image lies from the
/// nearest of them tells what is of no class better than distances of standardised features do, or than confidences.
/// </summary>
/// <param name="Directions">One unit row a class, [c, d]; zeros where a class has no direction.</param>
internal sealed record ClassDirections(DenseMatrix Directions)
{
    /// <summary>Those of some rows.</summary>
    /// <param name="embeddings">[N, d].</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="truth">The class of every row of the embeddings.</param>
    /// <param name="classes">How many classes there are.</param>
    public static ClassDirections Of(float[,] embeddings, IReadOnlyList<int> rows, int[] truth, int classes)
    {
        var directions = new DenseMatrix(classes, embeddings.GetLength(1));
        double[] row = new double[embeddings.GetLength(1)];
        foreach (int i in rows)
        {
            for (int j = 0; j < row.Length; j++)
                row[j] = embeddings[i, j];
            DenseMatrix.AddTo(directions.Row(truth[i]), row, Inverse(row));
        }

        for (int k = 0; k < classes; k++)
        {
            double inverse = Inverse(directions.Row(k));
            foreach (ref double value in directions.Row(k))
                value *= inverse;
        }

        return new ClassDirections(directions);
    }

    /// <summary>How far an embedding lies from the nearest class: 1 − cosine, from 0 to 2; 1 where it is all zeros.</summary>
    /// <param name="embedding">[d].</param>
    public double Distance(ReadOnlySpan<float> embedding)
    {
        double[] row = new double[embedding.Length];
        for (int j = 0; j < row.Length; j++)
            row[j] = embedding[j];
        double inverse = Inverse(row), nearest = -1;
        for (int k = 0; k < Directions.Rows; k++)
            nearest = Math.Max(nearest, DenseMatrix.Dot(row, Directions.Row(k)) * inverse);
        return 1 - nearest;
    }

    private static double Inverse(ReadOnlySpan<double> row)
    {
        double squares = DenseMatrix.Dot(row, row);
        return squares > 0 ? 1 / Math.Sqrt(squares) : 0;
    }
}
