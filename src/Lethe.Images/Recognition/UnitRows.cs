using Lethe.Runtime;

namespace Lethe.Recognition;

/// <summary>Embeddings brought to length 1, each padded with zeros to whole vectors, in whole groups of rows.</summary>
/// <param name="rows">[N, d].</param>
/// <param name="what">What a row is called in messages.</param>
internal sealed class UnitRows(float[,] rows, Func<int, string> what)
{
    /// <summary>Rows come in groups of so many, the last filled with zeros.</summary>
    public const int Group = 4;

    private const int Lanes = 8;

    /// <summary>How many rows there are.</summary>
    public int Count { get; } = rows.GetLength(0);

    /// <summary>Numbers of a row.</summary>
    public int Dimension { get; } = rows.GetLength(1);

    /// <summary>Numbers from one row to the next.</summary>
    public int Stride { get; } = StrideOf(rows);

    /// <summary>All rows. One of zeros stays as it is: it is similar to nothing.</summary>
    public float[] Values { get; } = Normalised(rows, what);

    /// <summary>The numbers of a row.</summary>
    public ReadOnlySpan<float> Row(int index) => Values.AsSpan(index * Stride, Dimension);

    private static int StrideOf(float[,] rows) => (rows.GetLength(1) + Lanes - 1) / Lanes * Lanes;

    private static float[] Normalised(float[,] rows, Func<int, string> what)
    {
        int count = rows.GetLength(0), dimension = rows.GetLength(1), stride = StrideOf(rows);
        long length = (long)(count + Group - 1) / Group * Group * stride;
        if (length > Array.MaxLength)
            throw new DataException($"{count} embeddings of {dimension} numbers are more than one index holds ({Array.MaxLength} numbers). "
                + "Make several.");
        var values = new float[length];
        for (int i = 0; i < count; i++)
        {
            double squares = 0;
            for (int j = 0; j < dimension; j++)
                squares += (double)rows[i, j] * rows[i, j];
            if (!double.IsFinite(squares))
                throw new DataException($"The embedding of {what(i)} holds NaN or infinity. Embed the image again, or leave it out.");
            double scale = squares > 0 ? 1 / Math.Sqrt(squares) : 0;
            for (int j = 0; j < dimension; j++)
                values[(i * stride) + j] = (float)(rows[i, j] * scale);
        }

        return values;
    }
}
