using CsCheck;
using Lethe.Numerics;
using Lethe.Tests.Diagnostics;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Numerics;

[Collection(typeof(TorchCollection))]
public class SinkhornKnoppTests
{
    [Fact]
    public void Codes_AnyScores_AreThoseOfTheSlowLoops() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 7], Gen.Int[1, 6], Gen.Double[0.05, 2], Gen.Int[1, 4]).Sample(
            (seed, rows, columns, epsilon, iterations) =>
            {
                using var scope = NewDisposeScope();
                double[,] scores = Reference.Gaussian(seed, rows, columns);
                Tensor codes = SinkhornKnopp.Codes(tensor(scores), epsilon, iterations);
                Assert.Equal(
                    SlowSwAv.Codes(scores, epsilon, iterations).Cast<double>(),
                    codes.data<double>().ToArray(),
                    (a, b) => Math.Abs(a - b) < 1e-9);
            },
            iter: 40, threads: 1);

    [Fact]
    public void Codes_Converged_HaveRowsOfOneAndEqualColumns()
    {
        using var scope = NewDisposeScope();
        Tensor codes = SinkhornKnopp.Codes(Tiny.Gaussian(1, 12, 5), 0.5, 500);
        Assert.True((codes.sum(1) - 1).abs().max().item<double>() < 1e-12);
        Assert.True((codes.sum([0]) - 12.0 / 5).abs().max().item<double>() < 1e-9);

        // Of the total, which is N, that is 1/N for a row and 1/K for a column.
        Tensor share = codes / codes.sum();
        Assert.Equal(1.0 / 12, share.sum(1)[0].item<double>(), 1e-12);
        Assert.Equal(1.0 / 5, share.sum([0])[0].item<double>(), 1e-9);
    }

    /// <summary>
    /// Rows come last: after one iteration rows sum to 1 while columns do not. Two rows, two columns, exp of the scores 1 or 3.
    /// </summary>
    [Fact]
    public void Codes_OneIteration_AreTheHandComputedNumbers()
    {
        using var scope = NewDisposeScope();
        double log3 = Math.Log(3);
        Tensor codes = SinkhornKnopp.Codes(tensor(new double[,] { { 0.5 * log3, 0 }, { 0, 0 } }), 0.5, 1);
        // Columns: (3, 1)/4 and (1, 1)/2; rows: (3/4, 1/2)/(5/4) and (1/4, 1/2)/(3/4).
        Assert.Equal([0.6, 0.4, 1.0 / 3, 2.0 / 3], codes.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Codes_EqualScores_AreUniform()
    {
        using var scope = NewDisposeScope();
        Tensor codes = SinkhornKnopp.Codes(full(4, 5, 0.3), 0.05, 3);
        Assert.True((codes - 0.2).abs().max().item<float>() < 1e-6);
    }

    /// <summary>
    /// exp of these would be infinite or zero in every column; the loops in double precision can still do a part of them.
    /// </summary>
    [Fact]
    public void Codes_ScoresOfAThousandInSinglePrecision_AreFinite()
    {
        using var scope = NewDisposeScope();
        Tensor random = Tiny.Gaussian(3, 6, 4).sign() * 1000;
        foreach (Tensor scores in new[] { random, ones(6, 4) * -1000, cat([ones(6, 1) * 1000, ones(6, 3) * -1000], 1) })
        {
            Tensor codes = SinkhornKnopp.Codes(scores.to(ScalarType.Float32), 1, 3);
            Assert.True(codes.isfinite().all().item<bool>());
            Assert.True((codes.sum(1) - 1).abs().max().item<float>() < 1e-4);
        }

        double[,] steep = Reference.Gaussian(4, 6, 4);
        Tensor small = SinkhornKnopp.Codes(tensor(steep).to(ScalarType.Float32), 0.005, 3); // ±500 or so
        Assert.Equal(
            SlowSwAv.Codes(steep, 0.005, 3).Cast<double>(),
            small.to(ScalarType.Float64).data<double>().ToArray(),
            (a, b) => Math.Abs(a - b) < 1e-3);
    }

    [Fact]
    public void Codes_RowsPermutedOrAllShifted_FollowOrStay()
    {
        using var scope = NewDisposeScope();
        Tensor scores = Tiny.Gaussian(1, 6, 4), order = tensor([3L, 1, 5, 0, 4, 2]), codes = SinkhornKnopp.Codes(scores, 0.3, 3);
        Assert.True(
            (SinkhornKnopp.Codes(scores.index_select(0, order), 0.3, 3) - codes.index_select(0, order)).abs().max().item<double>() < 1e-12);
        Assert.True((SinkhornKnopp.Codes(scores + 7, 0.3, 3) - codes).abs().max().item<double>() < 1e-12);
    }

    [Fact]
    public void Codes_OfTrainedScores_CarryNoGradient()
    {
        using var scope = NewDisposeScope();
        Assert.False(SinkhornKnopp.Codes(Tiny.Gaussian(1, 6, 4).requires_grad_(), 0.3, 3).requires_grad);
    }

    [Fact]
    public void Codes_BadArguments_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "found [4]", Assert.Throws<ArgumentException>(() => SinkhornKnopp.Codes(ones(4), 1, 3)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "found [0, 4]",
            Assert.Throws<ArgumentException>(() => SinkhornKnopp.Codes(ones(0, 4), 1, 3)).Message,
            StringComparison.Ordinal);
        foreach (double epsilon in (double[])[0, -1, double.NaN])
            Assert.Contains(
                "epsilon",
                Assert.Throws<ArgumentException>(() => SinkhornKnopp.Codes(ones(4, 2), epsilon, 3)).Message,
                StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => SinkhornKnopp.Codes(ones(4, 2), 1, 0));
    }
}
