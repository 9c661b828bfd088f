using Lethe.Diagnostics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

[Collection<TorchCollection>]
public class CollapseMonitorTests
{
    [Fact]
    public void Judge_GaussianRows_IsSpreadEvenlyAndOfFullRank()
    {
        using var scope = NewDisposeScope();
        CollapseReading reading = CollapseMonitor.Judge(tensor(Reference.Gaussian(1, 400, 8)));
        Assert.Equal(CollapseKind.None, reading.Kind);
        Assert.Equal(1, reading.Spread, 0.02);
        Assert.InRange(reading.Rank, 7.8, 8.01);
    }

    [Theory]
    [InlineData(0.05, nameof(CollapseKind.Complete))]
    [InlineData(0.3, nameof(CollapseKind.None))]
    public void Judge_OnePointWithNoise_IsCompleteWhereTheNoiseIsSmall(double noise, string expected)
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(Reference.Gaussian(1, 1, 16)) * 1 + noise * tensor(Reference.Gaussian(2, 100, 16));
        CollapseReading reading = CollapseMonitor.Judge(rows);
        Assert.Equal(expected, reading.Kind.ToString());
        Assert.True(reading.Rank > 8); // noise has every direction: the rank alone would not see it
    }

    [Fact]
    public void Judge_ALineThroughAnOffset_IsDimensional()
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(Reference.Gaussian(1, 100, 1)).mm(tensor(Reference.Gaussian(2, 1, 16))) + 1e-4 * tensor(
            Reference.Gaussian(3, 100, 16));
        CollapseReading reading = CollapseMonitor.Judge(rows);
        Assert.Equal(CollapseKind.Dimensional, reading.Kind);
        Assert.InRange(reading.Rank, 1, 1.1);
        Assert.True(reading.Spread > 0.5);
        Assert.Equal(CollapseMonitor.Judge(rows + 100 * tensor(Reference.Gaussian(4, 1, 16))).Rank, reading.Rank, 1e-6);
    }

    [Fact]
    public void Judge_LargeDimensionFewDirections_IsDimensionalByShare()
    {
        using var scope = NewDisposeScope();
        Tensor directions = tensor(Reference.Gaussian(1, 400, 4)).mm(tensor(Reference.Gaussian(2, 4, 300)));
        Assert.Equal(CollapseKind.Dimensional, CollapseMonitor.Judge(directions).Kind); // below 3 % of 300
        Assert.Equal(
            CollapseKind.None,
            CollapseMonitor.Judge(tensor(Reference.Gaussian(3, 400, 20)).mm(tensor(Reference.Gaussian(4, 20, 300)))).Kind);
    }

    [Fact]
    public void Judge_AllEqualOrZero_IsComplete()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(CollapseKind.Complete, CollapseMonitor.Judge(ones(10, 4)).Kind);
        Assert.Equal(CollapseKind.Complete, CollapseMonitor.Judge(zeros(10, 4)).Kind);
    }

    [Fact]
    public void Judge_NaNOrVector_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<DataException>(() => CollapseMonitor.Judge(full(4, 3, double.NaN)));
        Assert.Throws<ArgumentException>(() => CollapseMonitor.Judge(ones(4)));
    }
}
