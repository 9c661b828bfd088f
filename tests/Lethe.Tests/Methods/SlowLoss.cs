namespace Lethe.Tests.Methods;

/// <summary>The losses as loops over arrays of doubles, written from their equations, without torch.</summary>
internal static class SlowLoss
{
    /// <summary>NT-Xent over rows of which those of one label are positives of each other; the mean over all (anchor, positive).</summary>
    public static double NtXent(double[,] rows, int[] labels, double temperature)
    {
        int n = rows.GetLength(0);
        double sum = 0;
        int pairs = 0;
        for (int a = 0; a < n; a++)
        {
            double others = 0;
            for (int b = 0; b < n; b++)
            {
                if (b != a)
                    others += Math.Exp(Cosine(rows, a, b) / temperature);
            }

            for (int p = 0; p < n; p++)
            {
                if (p == a || labels[p] != labels[a])
                    continue;
                sum += Math.Log(others) - Cosine(rows, a, p) / temperature;
                pairs++;
            }
        }

        return sum / pairs;
    }

    public static double NtXent(double[,] first, double[,] second, double temperature)
    {
        int n = first.GetLength(0);
        return NtXent(Stack(first, second), [.. Enumerable.Range(0, 2 * n).Select(i => i % n)], temperature);
    }

    public static (double Invariance, double Variance, double Covariance) VicReg(double[,] first, double[,] second)
    {
        int n = first.GetLength(0), k = first.GetLength(1);
        double invariance = 0, variance = 0, covariance = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < k; j++)
                invariance += (first[i, j] - second[i, j]) * (first[i, j] - second[i, j]) / (n * k);
        }

        foreach (double[,] z in new[] { first, second })
        {
            double hinge = 0;
            for (int j = 0; j < k; j++)
            {
                hinge += Math.Max(0, 1 - Math.Sqrt(Covariance(z, j, j) + 1e-4));
                for (int l = 0; l < k; l++)
                {
                    if (l != j)
                        covariance += Covariance(z, j, l) * Covariance(z, j, l) / k;
                }
            }

            variance += hinge / k / 2;
        }

        return (invariance, variance, covariance);
    }

    /// <summary>Central differences of a function of two matrices, by each entry of both, first matrix first.</summary>
    public static double[] Gradient(Func<double[,], double[,], double> function, double[,] first, double[,] second, double step = 1e-6)
    {
        var gradient = new List<double>();
        foreach (double[,] matrix in new[] { first, second })
        {
            for (int i = 0; i < matrix.GetLength(0); i++)
            {
                for (int j = 0; j < matrix.GetLength(1); j++)
                {
                    double value = matrix[i, j];
                    matrix[i, j] = value + step;
                    double ahead = function(first, second);
                    matrix[i, j] = value - step;
                    double behind = function(first, second);
                    matrix[i, j] = value;
                    gradient.Add((ahead - behind) / (2 * step));
                }
            }
        }

        return [.. gradient];
    }

    private static double[,] Stack(double[,] first, double[,] second)
    {
        int n = first.GetLength(0), k = first.GetLength(1);
        double[,] rows = new double[2 * n, k];
        Array.Copy(first, rows, n * k);
        Array.Copy(second, 0, rows, n * k, n * k);
        return rows;
    }

    private static double Cosine(double[,] rows, int a, int b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (int j = 0; j < rows.GetLength(1); j++)
        {
            dot += rows[a, j] * rows[b, j];
            aa += rows[a, j] * rows[a, j];
            bb += rows[b, j] * rows[b, j];
        }

        return dot / Math.Sqrt(aa * bb);
    }

    private static double Covariance(double[,] z, int j, int l)
    {
        int n = z.GetLength(0);
        double meanJ = 0, meanL = 0, sum = 0;
        for (int i = 0; i < n; i++)
        {
            meanJ += z[i, j] / n;
            meanL += z[i, l] / n;
        }

        for (int i = 0; i < n; i++)
            sum += (z[i, j] - meanJ) * (z[i, l] - meanL);
        return sum / (n - 1);
    }
}
