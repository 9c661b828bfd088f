namespace Lethe.Tests.Methods;

/// <summary>Barlow Twins as loops over arrays of doubles, without torch.</summary>
internal static class SlowBarlowTwins
{
    public static (double Invariance, double Redundancy) Terms(double[,] first, double[,] second)
    {
        int n = first.GetLength(0), k = first.GetLength(1);
        double[,] a = Standardised(first), b = Standardised(second);
        double invariance = 0, redundancy = 0;
        for (int j = 0; j < k; j++)
        {
            for (int l = 0; l < k; l++)
            {
                double correlation = 0;
                for (int i = 0; i < n; i++)
                    correlation += a[i, j] * b[i, l] / n;
                if (j == l)
                    invariance += (1 - correlation) * (1 - correlation);
                else
                    redundancy += correlation * correlation;
            }
        }

        return (invariance, redundancy);
    }

    private static double[,] Standardised(double[,] z)
    {
        int n = z.GetLength(0), k = z.GetLength(1);
        double[,] result = new double[n, k];
        for (int j = 0; j < k; j++)
        {
            double mean = 0, variance = 0;
            for (int i = 0; i < n; i++)
                mean += z[i, j] / n;
            for (int i = 0; i < n; i++)
                variance += (z[i, j] - mean) * (z[i, j] - mean) / n;
            for (int i = 0; i < n; i++)
                result[i, j] = (z[i, j] - mean) / Math.Sqrt(variance + 1e-5);
        }

        return result;
    }
}
