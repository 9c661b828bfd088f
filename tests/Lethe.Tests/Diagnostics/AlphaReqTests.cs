using Lethe.Diagnostics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class AlphaReqTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    public void Measure_PowerLaw_IsItsExponent(double alpha)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(alpha, AlphaReq.Measure(PowerLaw(alpha, 8))!.Value, 1e-9);

        // More dimensions than rows, and an offset, which the centring takes off.
        Assert.Equal(alpha, AlphaReq.Measure(cat([PowerLaw(alpha, 8), zeros(16, 40, dtype: ScalarType.Float64)], 1) + 7)!.Value, 1e-6);
    }

    /// <summary>Two eigenvalues have one slope.</summary>
    [Fact]
    public void Measure_TwoDirections_IsTheQuotientOfLogarithms()
    {
        using var scope = NewDisposeScope();
        Tensor Z = tensor(new double[,] { { 3, 0 }, { -3, 0 }, { 0, 1 }, { 0, -1 } });
        Assert.Equal(Math.Log(9) / Math.Log(2), AlphaReq.Measure(Z)!.Value, 1e-12);
    }

    [Fact]
    public void Measure_ARange_TakesNoOtherEigenvalues()
    {
        using var scope = NewDisposeScope();
        Tensor Z = PowerLaw(2, 8);
        Z[TensorIndex.Ellipsis, 0] *= 100;
        Assert.Equal(2, AlphaReq.Measure(Z, first: 2)!.Value, 1e-9);
        Assert.Equal(2, AlphaReq.Measure(Z, 3, 5)!.Value, 1e-9);
        Assert.True(AlphaReq.Measure(Z) > 3);
        Assert.Throws<InvalidOptionException>(() => AlphaReq.Measure(Z, 0));
        Assert.Throws<InvalidOptionException>(() => AlphaReq.Measure(Z, 4, 4));
    }

    [Fact]
    public void Measure_FewerThanTwoDirections_IsNothing()
    {
        using var scope = NewDisposeScope();
        Assert.Null(AlphaReq.Measure(ones(5, 3)));
        Assert.Null(AlphaReq.Measure(tensor(new double[,] { { 1, 2 }, { 2, 4 }, { 5, 10 } })));
        Assert.Null(AlphaReq.Measure(PowerLaw(1, 4), first: 4));
        Assert.Throws<DataException>(() => AlphaReq.Measure(full(3, 2, double.NaN)));
    }

    /// <summary>±√(j^−α) on axis j: the centred covariance is diagonal with eigenvalues in proportion to j^−α.</summary>
    private static Tensor PowerLaw(double alpha, int d)
    {
        Tensor axes = diag(tensor(Enumerable.Range(1, d).Select(j => Math.Pow(j, -alpha / 2)).ToArray()));
        return cat([axes, -axes]);
    }
}
