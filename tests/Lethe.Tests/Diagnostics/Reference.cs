using Lethe.Numerics;
using Lethe.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

/// <summary>Slow and plain: loops over arrays, no torch, written from the definitions.</summary>
internal static class Reference
{
    public static double[,] Gaussian(ulong seed, int rows, int columns)
    {
        var stream = new RandomStream(seed);
        double[,] matrix = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                matrix[i, j] = stream.NextGaussian();
            }
        }

        return matrix;
    }

    public static double[,] IdentityPlusGram(double[,] Z, double scale)
    {
        int rows = Z.GetLength(0), d = Z.GetLength(1);
        double[,] matrix = new double[d, d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                matrix[i, j] = i == j ? 1 : 0;
                for (int row = 0; row < rows; row++)
                {
                    matrix[i, j] += scale * Z[row, i] * Z[row, j];
                }
            }
        }

        return matrix;
    }

    /// <summary>By Gaussian elimination with row exchange.</summary>
    public static double LogDeterminant(double[,] matrix)
    {
        double[,] a = (double[,])matrix.Clone();
        int n = a.GetLength(0);
        double sum = 0;
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(a[i, k]));
            for (int j = 0; j < n; j++)
            {
                (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
            }

            sum += Math.Log(Math.Abs(a[k, k]));
            for (int i = k + 1; i < n; i++)
            {
                double factor = a[i, k] / a[k, k];
                for (int j = k; j < n; j++)
                {
                    a[i, j] -= factor * a[k, j];
                }
            }
        }

        return sum;
    }

    public static double[,] Normalised(double[,] Z)
    {
        double[,] result = (double[,])Z.Clone();
        for (int i = 0; i < Z.GetLength(0); i++)
        {
            double norm = Math.Sqrt(Enumerable.Range(0, Z.GetLength(1)).Sum(j => Z[i, j] * Z[i, j]));
            for (int j = 0; j < Z.GetLength(1) && norm > 0; j++)
            {
                result[i, j] /= norm;
            }
        }

        return result;
    }

    /// <summary>R and R_c of the definition: one d × d determinant a group.</summary>
    public static (double Rate, double Conditional) Rates(double[,] features, int[] groups, double epsilonSquared)
    {
        double[,] Z = Normalised(features);
        int m = Z.GetLength(0), d = Z.GetLength(1);
        double rate = LogDeterminant(IdentityPlusGram(Z, d / (m * epsilonSquared))) / 2, conditional = 0;
        foreach (int group in groups.Distinct())
        {
            int[] rows = [.. Enumerable.Range(0, m).Where(i => groups[i] == group)];
            double[,] part = new double[rows.Length, d];
            for (int i = 0; i < rows.Length; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    part[i, j] = Z[rows[i], j];
                }
            }

            conditional += (double)rows.Length / (2 * m) * LogDeterminant(IdentityPlusGram(part, d / (rows.Length * epsilonSquared)));
        }

        return (rate, conditional);
    }

    /// <summary>Holds the gradient of a scalar function against central differences, in float64.</summary>
    public static void AssertGradient(double[,] at, Func<Tensor, Tensor> function, double tolerance)
    {
        const double Step = 1e-5;
        using var scope = NewDisposeScope();
        Tensor input = tensor(at).requires_grad_();
        Tensor gradient = Gradients.Of(function(input), [input])[0];
        double largest = gradient.abs().max().ToDouble();
        for (int i = 0; i < at.GetLength(0); i++)
        {
            for (int j = 0; j < at.GetLength(1); j++)
            {
                double Shifted(double by)
                {
                    double[,] moved = (double[,])at.Clone();
                    moved[i, j] += by;
                    return function(tensor(moved).requires_grad_()).ToDouble();
                }

                double expected = (Shifted(Step) - Shifted(-Step)) / (2 * Step);
                Assert.Equal(expected, gradient[i, j].ToDouble(), tolerance * Math.Max(1, largest));
            }
        }
    }
}
