using Lethe.Tests.Diagnostics;

namespace Lethe.Tests.Methods;

/// <summary>CorInfoMax as loops over arrays of doubles, without torch.</summary>
internal static class SlowCorInfoMax
{
    public static (double[] Mean, double[,] Covariance) Moments(
        double[,] embeddings, double[] mean, double[,] covariance, double meanForgetting, double covarianceForgetting)
    {
        double[,] z = Reference.Normalised(embeddings);
        int n = z.GetLength(0), k = z.GetLength(1);
        double[] newMean = new double[k];
        for (int j = 0; j < k; j++)
        {
            newMean[j] = meanForgetting * mean[j];
            for (int i = 0; i < n; i++)
                newMean[j] += (1 - meanForgetting) * z[i, j] / n;
        }

        double[,] newCovariance = new double[k, k];
        for (int j = 0; j < k; j++)
        {
            for (int l = 0; l < k; l++)
            {
                newCovariance[j, l] = covarianceForgetting * covariance[j, l];
                for (int i = 0; i < n; i++)
                    newCovariance[j, l] += (1 - covarianceForgetting) / n * (z[i, j] - newMean[j]) * (z[i, l] - newMean[l]);
            }
        }

        return (newMean, newCovariance);
    }

    public static double Attraction(double[,] first, double[,] second)
    {
        double[,] a = Reference.Normalised(first), b = Reference.Normalised(second);
        double sum = 0;
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
                sum += (a[i, j] - b[i, j]) * (a[i, j] - b[i, j]);
        }

        return sum / a.Length;
    }

    public static double Repulsion(double[,] first, double[,] second, double epsilon)
    {
        int k = first.GetLength(0);
        double sum = 0;
        foreach (double[,] covariance in new[] { first, second })
        {
            double[,] matrix = (double[,])covariance.Clone();
            for (int j = 0; j < k; j++)
                matrix[j, j] += epsilon;
            sum += Reference.LogDeterminant(matrix);
        }

        return -sum / k;
    }
}
