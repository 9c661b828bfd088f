using CsCheck;
using Lethe.Diagnostics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class AlignmentUniformityTests
{
    [Fact]
    public void Both_RandomFeatures_AgreeWithTheSlowDefinition() =>
        Gen.Select(Gen.ULong, Gen.Int[2, 4], Gen.Int[2, 9]).Sample(
            (seed, views, images) =>
            {
                using var scope = NewDisposeScope();
                double[,] rows = Reference.Gaussian(seed, views * images, 3), Z = Reference.Normalised(rows);
                double Squared(int a, int b) => Enumerable.Range(0, 3).Sum(j => (Z[a, j] - Z[b, j]) * (Z[a, j] - Z[b, j]));
                double alignment = 0, uniformity = 0;
                int pairs = 0, others = 0;
                for (int a = 0; a < views * images; a++)
                {
                    for (int b = a + 1; b < views * images; b++)
                    {
                        if (a % images == b % images)
                            (alignment, pairs) = (alignment + Squared(a, b), pairs + 1);
                        (uniformity, others) = (uniformity + Math.Exp(-2 * Squared(a, b)), others + 1);
                    }
                }

                Assert.Equal(alignment / pairs, AlignmentUniformity.Alignment(tensor(rows).reshape(views, images, 3)), 1e-12);
                Assert.Equal(Math.Log(uniformity / others), AlignmentUniformity.Uniformity(tensor(rows)), 1e-12);
            },
            iter: 30,
            threads: 1);

    [Fact]
    public void Alignment_EqualOrOppositeViews_IsZeroOrFour()
    {
        using var scope = NewDisposeScope();
        Tensor Z = tensor(Reference.Gaussian(1, 6, 4));
        Assert.Equal(0, AlignmentUniformity.Alignment(stack([Z, 5 * Z])), 1e-12);
        Assert.Equal(4, AlignmentUniformity.Alignment(stack([Z, -Z])), 1e-12);
    }

    [Fact]
    public void Uniformity_OneDirectionOrOrthonormal_IsTheClosedForm()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, AlignmentUniformity.Uniformity(ones(7, 3)), 1e-12);
        Assert.Equal(-4, AlignmentUniformity.Uniformity(eye(5)), 1e-12);
    }

    /// <summary>Enough rows for several blocks; all are orthonormal or equal, so the mean is a count.</summary>
    [Theory]
    [InlineData(1500, 1e-10)]
    [InlineData(3000, 1e-6)] // in float32
    public void Uniformity_ManyRows_CountsEachPairOnce(int copies, double tolerance)
    {
        using var scope = NewDisposeScope();
        double pairs = 2.0 * copies * (2 * copies - 1) / 2, across = (double)copies * copies;
        Tensor Z = cat([tensor(new double[,] { { 1, 0 } }).expand(copies, 2), tensor(new double[,] { { 0, 1 } }).expand(copies, 2)]);
        Assert.Equal(Math.Log((pairs - across + across * Math.Exp(-4)) / pairs), AlignmentUniformity.Uniformity(Z), tolerance);
    }

    [Fact]
    public void Both_WhatCannotBeMeasured_AreRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("two views", Assert.Throws<ArgumentException>(() => AlignmentUniformity.Alignment(ones(1, 4, 2))).Message);
        Assert.Contains("two rows", Assert.Throws<ArgumentException>(() => AlignmentUniformity.Uniformity(ones(1, 2))).Message);
        Assert.Throws<DataException>(() => AlignmentUniformity.Alignment(full(2, 2, 2, double.NaN)));
        Assert.Throws<DataException>(() => AlignmentUniformity.Uniformity(full(2, 2, double.NaN)));
    }
}
