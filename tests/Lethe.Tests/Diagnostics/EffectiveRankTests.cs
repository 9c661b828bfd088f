using CsCheck;
using Lethe.Diagnostics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class EffectiveRankTests
{
    [Fact]
    public void RankMe_Identity_IsItsDimension()
    {
        using var scope = NewDisposeScope();
        double p = 1.0 / 6 + 1e-7;
        Assert.Equal(Math.Exp(-6 * p * Math.Log(p)), EffectiveRank.RankMe(eye(6)), 1e-9);
        Assert.Equal(6, EffectiveRank.RankMe(5 * eye(6)), 1e-4);
    }

    [Fact]
    public void RankMe_RankOneOrZeros_IsAboutOne()
    {
        using var scope = NewDisposeScope();
        double[,] column = Reference.Gaussian(1, 20, 1), row = Reference.Gaussian(2, 1, 5);
        Assert.Equal(1, EffectiveRank.RankMe(tensor(column).matmul(tensor(row))), 1e-4);
        Assert.Equal(1, EffectiveRank.RankMe(zeros(20, 5)), 1e-4);
    }

    [Fact]
    public void RankMe_TwoSingularValues_IsTheEntropysExponential()
    {
        using var scope = NewDisposeScope();
        double p = 0.75 + 1e-7, q = 0.25 + 1e-7;
        double expected = Math.Exp(-p * Math.Log(p) - q * Math.Log(q));
        Assert.Equal(expected, EffectiveRank.RankMe(tensor(new double[,] { { 0, 3 }, { 1, 0 }, { 0, 0 } })), 1e-12);
    }

    [Fact]
    public void RankMe_RotatedAndTransposed_StaysTheSame() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 10], Gen.Int[1, 10]).Sample(
            (seed, rows, dimension) =>
            {
                using var scope = NewDisposeScope();
                Tensor Z = tensor(Reference.Gaussian(seed, rows, dimension));
                (Tensor rotation, _) = linalg.qr(tensor(Reference.Gaussian(seed + 1, dimension, dimension)));
                double plain = EffectiveRank.RankMe(Z);
                Assert.Equal(plain, EffectiveRank.RankMe(4 * Z.matmul(rotation)), 1e-9);
                Assert.Equal(plain, EffectiveRank.RankMe(Z.t()), 1e-9);
                Assert.InRange(plain, 1 - 1e-6, Math.Min(rows, dimension) * (1 + 1e-4));
            },
            iter: 40,
            threads: 1);

    [Fact]
    public void NormalisedDeviation_CollapsedOrSpread_IsZeroOrTheSpheres()
    {
        using var scope = NewDisposeScope();
        Tensor oneWay = tensor(new double[,] { { 1, 2 }, { 2, 4 }, { 5, 10 } });
        Assert.Equal(0, EffectiveRank.NormalisedDeviation(oneWay), 1e-9);
        Assert.Equal(1 / Math.Sqrt(4), EffectiveRank.NormalisedDeviation(cat([eye(4), -3 * eye(4)])), 1e-6);
    }

    [Fact]
    public void Measures_NotFiniteOrNoMatrix_AreRefused()
    {
        using var scope = NewDisposeScope();
        Tensor bad = ones(3, 2);
        bad[2, 1] = double.NaN;
        Assert.Contains("row 2", Assert.Throws<DataException>(() => EffectiveRank.RankMe(bad)).Message);
        Assert.Contains("row 2", Assert.Throws<DataException>(() => EffectiveRank.NormalisedDeviation(bad)).Message);
        Assert.Throws<ArgumentException>(() => EffectiveRank.RankMe(ones(3)));
    }
}
