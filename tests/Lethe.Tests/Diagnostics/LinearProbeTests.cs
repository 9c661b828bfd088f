using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class LinearProbeTests
{
    [Theory]
    [InlineData(30, 5)]
    [InlineData(8, 20)]
    public void Ridge_EitherSide_SolvesTheNormalEquation(int rows, int dimension)
    {
        using var scope = NewDisposeScope();
        const double Strength = 0.3;
        (Tensor train, int[] labels) = Clusters(1, rows, dimension, 3, 1);
        Tensor test = tensor(Reference.Gaussian(2, 4, dimension));
        Tensor indices = tensor(labels.Select(l => (long)l).ToArray());

        Tensor mean = train.mean([0]), deviation = train.std(0, unbiased: false);
        Tensor X = (train - mean) / deviation;
        Tensor Y = nn.functional.one_hot(indices, 3).to(ScalarType.Float64);
        Tensor weights = linalg.solve(
            X.t().matmul(X) + Strength * rows * eye(dimension, dtype: ScalarType.Float64), X.t().matmul(Y - Y.mean([0])));
        Tensor expected = ((test - mean) / deviation).matmul(weights) + Y.mean([0]);

        Ridge ridge = Ridge.Decompose(train, indices, 3);
        Tensor found = ridge.Score(ridge.Project(test), Strength);
        Assert.True((found - expected).abs().max().ToDouble() < 1e-9);
    }

    [Fact]
    public void Measure_SeparableClasses_ReachesAll()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Clusters(3, 200, 6, 4, 0.2);
        LinearProbeResult result = LinearProbe.Measure(
            features.narrow(0, 0, 120), labels[..120], features.narrow(0, 120, 80), labels[120..]);
        Assert.Equal(1, result.Accuracy);
        Assert.Equal(1, result.ValidationAccuracy);
        Assert.Equal((120, 80, 4), (result.TrainRows, result.TestRows, result.Classes));
    }

    [Fact]
    public void Measure_ManyNoiseFeatures_ChoosesMoreRegularisationThanWithout()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Clusters(4, 300, 4, 3, 1);
        Tensor noisy = cat([features, tensor(Reference.Gaussian(5, 300, 120))], 1);
        LinearProbeResult noise = LinearProbe.Measure(noisy.narrow(0, 0, 150), labels[..150], noisy.narrow(0, 150, 150), labels[150..]);
        LinearProbeResult unregularised = LinearProbe.Measure(
            noisy.narrow(0, 0, 150), labels[..150], noisy.narrow(0, 150, 150), labels[150..], new LinearProbeOptions { Strengths = 1 });
        Assert.True(noise.Strength > 0.01, $"chose {noise.Strength}");
        Assert.True(noise.Accuracy > unregularised.Accuracy + 0.05, $"{noise.Accuracy} against {unregularised.Accuracy}");
    }

    [Fact]
    public void Measure_ScaledShiftedAndConstantFeatures_ChangeNothing()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Clusters(6, 100, 5, 3, 1.5);
        Tensor constant = full(100, 1, 3.14159, dtype: ScalarType.Float64);
        constant[90, 0] = 1e9; // constant where it is fitted, wild where it is tested
        Tensor moved = cat([features * tensor([1e-3, 1.0, 50, 1e4, 2]) + 7, constant, zeros(100, 1, dtype: ScalarType.Float64)], 1);
        LinearProbeResult plain = LinearProbe.Measure(features.narrow(0, 0, 60), labels[..60], features.narrow(0, 60, 40), labels[60..]);
        LinearProbeResult found = LinearProbe.Measure(moved.narrow(0, 0, 60), labels[..60], moved.narrow(0, 60, 40), labels[60..]);
        Assert.Equal(plain, found);
    }

    [Fact]
    public void Measure_SameSeed_GivesTheSameResult()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Clusters(7, 80, 10, 3, 2);
        LinearProbeResult Once(ulong seed) =>
            LinearProbe.Measure(features, labels, features, labels, new LinearProbeOptions { Seed = seed });
        Assert.Equal(Once(5), Once(5));
        Assert.Contains(Enumerable.Range(0, 10), seed => Once((ulong)seed).ValidationAccuracy != Once(5).ValidationAccuracy);
    }

    [Fact]
    public void Measure_AnyIntegersAsLabels_AndUnknownOnes_AreCounted()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Clusters(8, 60, 4, 2, 0.1);
        int[] named = [.. labels.Select(l => l == 0 ? -5 : 1000)], unknown = [.. named];
        unknown[0] = 77;
        Assert.Equal(1, LinearProbe.Measure(features, named, features, named).Accuracy);
        Assert.Equal(59.0 / 60, LinearProbe.Measure(features, named, features, unknown).Accuracy);
    }

    [Fact]
    public void Measure_WhatCannotBeFitted_IsRefused()
    {
        using var scope = NewDisposeScope();
        Tensor X = ones(4, 3), bad = ones(4, 3);
        bad[2, 1] = double.NaN;
        int[] labels = [0, 1, 0, 1];
        Assert.Contains(
            "at least two classes", Assert.Throws<DataException>(() => LinearProbe.Measure(X, [7, 7, 7, 7], X, labels)).Message);
        Assert.Contains("row 2", Assert.Throws<DataException>(() => LinearProbe.Measure(bad, labels, X, labels)).Message);
        Assert.Contains("testFeatures", Assert.Throws<DataException>(() => LinearProbe.Measure(X, labels, bad, labels)).Message);
        Assert.Throws<ArgumentException>(() => LinearProbe.MeasureEach(X, labels, [(X, labels), (ones(4, 2), labels)]));
        Assert.Throws<ArgumentException>(() => LinearProbe.Measure(X, [0, 1], X, labels));
        Assert.Throws<ArgumentException>(() => LinearProbe.Measure(X, labels, X, [0, 1]));
        Assert.Throws<ArgumentException>(() => LinearProbe.Measure(X, labels, ones(4, 2), labels));
        Assert.Throws<InvalidOptionException>(() => LinearProbe.Measure(X, labels, X, labels, new LinearProbeOptions { Strengths = 0 }));
        Assert.Throws<InvalidOptionException>(
            () => LinearProbe.Measure(X, labels, X, labels, new LinearProbeOptions { ValidationFraction = 1 }));
        Assert.Throws<InvalidOptionException>(
            () => LinearProbe.Measure(X, labels, X, labels, new LinearProbeOptions { SmallestStrength = 0 }));
    }

    [Fact]
    public void Measure_TwoRows_StillFits()
    {
        using var scope = NewDisposeScope();
        Tensor X = tensor(new double[,] { { 0, 1 }, { 1, 0 } });
        Assert.Equal(1, LinearProbe.Measure(X, [0, 1], X, [0, 1]).Accuracy);
    }

    internal static (Tensor Features, int[] Labels) Clusters(ulong seed, int rows, int dimension, int classes, double spread)
    {
        var stream = new RandomStream(seed);
        int[] labels = [.. Enumerable.Range(0, rows).Select(i => i % classes)];
        stream.Shuffle<int>(labels);
        Tensor centres = 2 * tensor(Reference.Gaussian(seed + 100, classes, dimension));
        Tensor noise = spread * tensor(Reference.Gaussian(seed + 200, rows, dimension));
        return (centres.index_select(0, tensor(labels.Select(l => (long)l).ToArray())) + noise, labels);
    }
}
