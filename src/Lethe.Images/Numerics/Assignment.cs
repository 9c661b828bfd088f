namespace Lethe.Numerics;

/// <summary>
/// The assignment of rows to columns of the largest total weight (the Hungarian method; Kuhn 1955), in O(n³) by shortest augmenting
/// paths with potentials (Edmonds and Karp 1972).
/// </summary>
internal static class Assignment
{
    /// <summary>Assigns each row a column of its own.</summary>
    /// <param name="weights">[n, m], n ≤ m, finite.</param>
    /// <returns>The column of each row.</returns>
    /// <exception cref="ArgumentException">There are more rows than columns, or a weight is not finite.</exception>
    public static int[] Maximise(double[,] weights)
    {
        int rows = weights.GetLength(0), columns = weights.GetLength(1);
        if (rows > columns)
            throw new ArgumentException($"Expected at most as many rows as columns, found {rows} and {columns}.", nameof(weights));
        foreach (double weight in weights)
        {
            if (!double.IsFinite(weight))
                throw new ArgumentException(Invariant($"Expected finite weights, found {weight}."), nameof(weights));
        }

        // Row 'rows' and column 'columns' stand for none: a path begins in the column that is not there.
        int none = columns;
        double[] rowPotential = new double[rows], columnPotential = new double[columns];
        int[] rowOf = new int[columns + 1];
        Array.Fill(rowOf, -1);
        for (int row = 0; row < rows; row++)
        {
            double[] slack = new double[columns];
            int[] cameFrom = new int[columns];
            bool[] reached = new bool[columns];
            Array.Fill(slack, double.PositiveInfinity);
            rowOf[none] = row;
            int column = none;
            do
            {
                // Extend the tree by the column that is cheapest to reach from the rows in it.
                int current = rowOf[column], nearest = -1;
                for (int j = 0; j < columns; j++)
                {
                    if (reached[j])
                        continue;
                    double reduced = -weights[current, j] - rowPotential[current] - columnPotential[j];
                    if (reduced < slack[j])
                        (slack[j], cameFrom[j]) = (reduced, column);
                    if (nearest < 0 || slack[j] < slack[nearest])
                        nearest = j;
                }

                double shift = slack[nearest];
                rowPotential[row] += shift;
                for (int j = 0; j < columns; j++)
                {
                    if (reached[j])
                    {
                        rowPotential[rowOf[j]] += shift;
                        columnPotential[j] -= shift;
                    }
                    else
                    {
                        slack[j] -= shift;
                    }
                }

                reached[nearest] = true;
                column = nearest;
            }
            while (rowOf[column] >= 0);

            // Turn the path round.
            while (column != none)
            {
                int before = cameFrom[column];
                rowOf[column] = rowOf[before];
                column = before;
            }
        }

        int[] columnOf = new int[rows];
        for (int j = 0; j < columns; j++)
        {
            if (rowOf[j] >= 0)
                columnOf[rowOf[j]] = j;
        }

        return columnOf;
    }
}
