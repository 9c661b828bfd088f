namespace Lethe.Tests.Methods;

/// <summary>W-MSE as loops over arrays of doubles, without torch.</summary>
internal static class SlowWmse
{
    /// <summary>Sub-batch s holds the rows of <paramref name="groups"/>[s].</summary>
    public static double Distance(double[,] first, double[,] second, double epsilon, int[][] groups)
    {
        double cosines = 0;
        foreach (int[] group in groups)
        {
            double[,] a = Whitened(Rows(first, group), epsilon), b = Whitened(Rows(second, group), epsilon);
            for (int i = 0; i < group.Length; i++)
            {
                double dot = 0, aa = 0, bb = 0;
                for (int j = 0; j < a.GetLength(1); j++)
                {
                    dot += a[i, j] * b[i, j];
                    aa += a[i, j] * a[i, j];
                    bb += b[i, j] * b[i, j];
                }

                cosines += dot / Math.Sqrt(aa * bb);
            }
        }

        return 2 - 2 * cosines / groups.Sum(group => group.Length);
    }

    /// <summary>By the loops of Cholesky and forward substitution.</summary>
    public static double[,] Whitened(double[,] z, double epsilon)
    {
        int n = z.GetLength(0), k = z.GetLength(1);
        double[] mean = new double[k];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < k; j++)
                mean[j] += z[i, j] / n;
        }

        double[,] factor = new double[k, k];
        for (int j = 0; j < k; j++)
        {
            for (int l = 0; l <= j; l++)
            {
                double value = j == l ? epsilon : 0;
                for (int i = 0; i < n; i++)
                    value += (1 - epsilon) * (z[i, j] - mean[j]) * (z[i, l] - mean[l]) / (n - 1);
                for (int c = 0; c < l; c++)
                    value -= factor[j, c] * factor[l, c];
                factor[j, l] = j == l ? Math.Sqrt(value) : value / factor[l, l];
            }
        }

        double[,] white = new double[n, k];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < k; j++)
            {
                double value = z[i, j] - mean[j];
                for (int c = 0; c < j; c++)
                    value -= factor[j, c] * white[i, c];
                white[i, j] = value / factor[j, j];
            }
        }

        return white;
    }

    private static double[,] Rows(double[,] z, int[] rows)
    {
        double[,] part = new double[rows.Length, z.GetLength(1)];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < z.GetLength(1); j++)
                part[i, j] = z[rows[i], j];
        }

        return part;
    }
}
