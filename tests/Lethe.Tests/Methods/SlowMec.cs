namespace Lethe.Tests.Methods;

/// <summary>MEC as loops over arrays of doubles, without torch.</summary>
internal static class SlowMec
{
    /// <summary>λ times the cosine of each row of the predictions with each row of the targets.</summary>
    public static double[,] Similarities(double[,] predicted, double[,] target, double scale)
    {
        int n = predicted.GetLength(0);
        double[,] result = new double[n, n];
        for (int a = 0; a < n; a++)
        {
            for (int b = 0; b < n; b++)
            {
                double dot = 0, aa = 0, bb = 0;
                for (int j = 0; j < predicted.GetLength(1); j++)
                {
                    dot += predicted[a, j] * target[b, j];
                    aa += predicted[a, j] * predicted[a, j];
                    bb += target[b, j] * target[b, j];
                }

                result[a, b] = scale * dot / Math.Sqrt(aa * bb);
            }
        }

        return result;
    }

    public static double Series(double[,] matrix, int order)
    {
        int n = matrix.GetLength(0);
        double[,] power = matrix;
        double sum = 0;
        for (int term = 1; term <= order; term++)
        {
            if (term > 1)
                power = Product(power, matrix);
            double trace = 0;
            for (int i = 0; i < n; i++)
                trace += power[i, i];
            sum += (term % 2 == 1 ? trace : -trace) / term;
        }

        return sum;
    }

    public static double[,] IdentityPlus(double[,] matrix)
    {
        double[,] result = (double[,])matrix.Clone();
        for (int i = 0; i < matrix.GetLength(0); i++)
            result[i, i]++;
        return result;
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        int n = a.GetLength(0);
        double[,] result = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int l = 0; l < n; l++)
                    result[i, j] += a[i, l] * b[l, j];
            }
        }

        return result;
    }
}
