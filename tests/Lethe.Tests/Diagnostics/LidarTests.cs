using CsCheck;
using Lethe.Diagnostics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class LidarTests
{
    /// <summary>For d = 2 the eigenvalues of Σ_w⁻¹Σ_b follow from trace and determinant, without any factor.</summary>
    [Fact]
    public void Measure_TwoDimensions_AgreesWithTheSlowDefinition() =>
        Gen.Select(Gen.ULong, Gen.Int[2, 4], Gen.Int[2, 7]).Sample(
            (seed, q, n) =>
            {
                using var scope = NewDisposeScope();
                double[,] rows = Reference.Gaussian(seed, q * n, 2);
                Assert.Equal(Slow(rows, q, n, 1e-4), Lidar.Measure(tensor(rows).reshape(q, n, 2)), 1e-7);
            },
            iter: 30,
            threads: 1);

    /// <summary>Views ±e_j around means on the axes: both covariances are diagonal, so λ_j is a quotient.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public void Measure_DiagonalCovariances_IsTheClosedForm(int d)
    {
        using var scope = NewDisposeScope();
        double[] scales = [.. Enumerable.Range(0, d).Select(j => 1.0 + j)];
        Tensor axis = diag(tensor(scales)), means = cat([axis, -axis]); // 2d images, mean zero
        Tensor noise = cat([0.5 * eye(d, dtype: ScalarType.Float64), 0.5 * eye(d, dtype: ScalarType.Float64)]);
        double within = 2 * 2 * 0.25 / (2.0 * d) + 1e-4; // both signs of two images lie on each axis
        double[] lambda = [.. scales.Select(s => 2 * s * s / (2.0 * d - 1) / within)];
        double expected = Entropy(lambda, d);
        Assert.Equal(expected, Lidar.Measure(stack([means + noise, means - noise])), 1e-9);
    }

    [Fact]
    public void Measure_FewerImagesThanDimensions_CountsTheEigenvaluesThatAreZero()
    {
        using var scope = NewDisposeScope();
        Tensor means = zeros(2, 50, dtype: ScalarType.Float64);
        means[0, 0] = 1;
        Assert.Equal(Entropy([1], 50), Lidar.Measure(stack([means, means])), 1e-9);
    }

    [Fact]
    public void Measure_ImagesThatDoNotDiffer_IsAboutOne()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(1, Lidar.Measure(ones(3, 5, 4)), 1e-4);
    }

    /// <summary>A linear map of the features changes neither quotient, but for δ.</summary>
    [Fact]
    public void Measure_MappedLinearly_StaysTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor views = 100 * tensor(Reference.Gaussian(1, 60, 4)).reshape(3, 20, 4), map = tensor(Reference.Gaussian(2, 4, 4));
        Assert.Equal(Lidar.Measure(views), Lidar.Measure(views.matmul(map) + 3), 1e-4);
    }

    [Fact]
    public void Measure_WhatCannotBeMeasured_SaysWhy()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("at least two views", Assert.Throws<ArgumentException>(() => Lidar.Measure(ones(1, 4, 2))).Message);
        Assert.Contains("4 views of 1 images", Assert.Throws<ArgumentException>(() => Lidar.Measure(ones(4, 1, 2))).Message);
        Assert.Throws<ArgumentException>(() => Lidar.Measure(ones(4, 2)));
        Assert.Throws<InvalidOptionException>(() => Lidar.Measure(ones(2, 4, 2), 0));
        Assert.Throws<DataException>(() => Lidar.Measure(full(2, 4, 2, double.NaN)));
    }

    private static double Slow(double[,] rows, int q, int n, double delta)
    {
        double[,] means = new double[n, 2];
        double[] mean = new double[2];
        for (int v = 0; v < q; v++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < 2; j++)
                {
                    means[i, j] += rows[v * n + i, j] / q;
                    mean[j] += rows[v * n + i, j] / (q * n);
                }
            }
        }

        double[,] between = new double[2, 2], within = new double[2, 2];
        for (int a = 0; a < 2; a++)
        {
            within[a, a] = delta;
            for (int b = 0; b < 2; b++)
            {
                for (int i = 0; i < n; i++)
                {
                    between[a, b] += (means[i, a] - mean[a]) * (means[i, b] - mean[b]) / (n - 1);
                    for (int v = 0; v < q; v++)
                    {
                        within[a, b] += (rows[v * n + i, a] - means[i, a]) * (rows[v * n + i, b] - means[i, b]) / (n * (q - 1));
                    }
                }
            }
        }

        double determinant = within[0, 0] * within[1, 1] - within[0, 1] * within[1, 0];
        double trace = (within[1, 1] * between[0, 0] - 2 * within[0, 1] * between[0, 1] + within[0, 0] * between[1, 1]) / determinant;
        double product = (between[0, 0] * between[1, 1] - between[0, 1] * between[1, 0]) / determinant;
        double root = Math.Sqrt(Math.Max(0, trace * trace / 4 - product));
        return Entropy([trace / 2 + root, trace / 2 - root], 2);
    }

    private static double Entropy(double[] lambda, int d)
    {
        double sum = 0;
        for (int j = 0; j < d; j++)
        {
            double p = (j < lambda.Length ? lambda[j] / lambda.Sum() : 0) + 1e-7;
            sum -= p * Math.Log(p);
        }

        return Math.Exp(sum);
    }
}
