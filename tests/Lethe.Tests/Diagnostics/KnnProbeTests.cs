using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class KnnProbeTests
{
    [Fact]
    public void Predict_AnyFeatures_IsTheSlowLoops()
    {
        // Fixed seeds: with ever new ones, two cosines that only float64 tells apart would one day be the k-th and the next.
        for (ulong seed = 0; seed < 100; seed++)
        {
            using var scope = NewDisposeScope();
            var stream = new RandomStream(seed);
            int rows = 5 + stream.NextInt(36), dimension = 2 + stream.NextInt(5), k = 1 + stream.NextInt(50);
            double[,] bank = Reference.Gaussian(seed, rows, dimension), queries = Reference.Gaussian(seed + 1000, 9, dimension);
            int[] labels = [.. Enumerable.Range(0, rows).Select(i => 3 * (i % 4) - 2)];
            int[] found = KnnProbe.Predict(tensor(bank), labels, tensor(queries), new KnnProbeOptions { Neighbours = k });
            Assert.Equal(Slow(bank, labels, queries, k, 0.07), found);
        }
    }

    [Fact]
    public void Measure_ClustersApart_LabelsAll()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = LinearProbeTests.Clusters(1, 120, 8, 3, 0.3);
        KnnProbeResult result = KnnProbe.Measure(features.narrow(0, 0, 100), labels[..100], features.narrow(0, 100, 20), labels[100..]);
        Assert.Equal(new KnnProbeResult(1, 20, 100, 20) { Hits = Hits.Pack([.. Enumerable.Repeat(true, 20)]) }, result);
    }

    [Fact]
    public void Measure_KAboveTheBank_LetsAllVote()
    {
        using var scope = NewDisposeScope();
        Tensor bank = tensor(new double[,] { { 1, 0 }, { 0, 1 }, { 0.1, 1 } });
        KnnProbeResult result = KnnProbe.Measure(bank, [0, 1, 1], bank, [0, 1, 0]);
        Assert.Equal(3, result.Neighbours);
        Assert.Equal(2.0 / 3, result.Accuracy, 1e-12);
        Assert.Equal(3, KnnProbe.Neighbours(bank, bank, 50).Count);
    }

    [Fact]
    public void Predict_EqualVotes_GoToTheLowestLabel()
    {
        using var scope = NewDisposeScope();
        Tensor bank = tensor(new double[,] { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 1 } });
        int[] found = KnnProbe.Predict(bank, [9, 4, 4, 9], tensor(new double[,] { { 2, 0 }, { 0, 0 } }));
        Assert.Equal([4, 4], found);
    }

    [Fact]
    public void Neighbours_EqualCosines_TakeTheLowerRowFirst()
    {
        using var scope = NewDisposeScope();
        Tensor bank = tensor(new double[,] { { 0, 1 }, { 2, 0 }, { 1, 0 }, { 3, 0 }, { -1, 0 } });
        NearestNeighbours found = KnnProbe.Neighbours(bank, tensor(new double[,] { { 5, 0 } }), 4);
        Assert.Equal([1, 2, 3, 0], found.Indices.Cast<int>());
        Assert.Equal([1f, 1f, 1f, 0f], found.Similarities.Cast<float>());
    }

    [Fact]
    public void Predict_LowTemperature_DoesNotOverflow()
    {
        using var scope = NewDisposeScope();
        Tensor bank = tensor(new double[,] { { 1, 0 }, { 0, 1 }, { 0, 1 } });
        int[] found = KnnProbe.Predict(bank, [3, 1, 1], bank.narrow(0, 0, 1), new KnnProbeOptions { Temperature = 1e-3 });
        Assert.Equal([3], found);
    }

    [Fact]
    public void Measure_WhatCannotBeUsed_IsRefused()
    {
        using var scope = NewDisposeScope();
        Tensor X = ones(3, 2), bad = ones(3, 2);
        bad[1, 0] = double.NaN;
        int[] labels = [0, 1, 1];
        Assert.Contains("at least two classes", Assert.Throws<DataException>(() => KnnProbe.Measure(X, [5, 5, 5], X, labels)).Message);
        Assert.Contains("row 1", Assert.Throws<DataException>(() => KnnProbe.Measure(X, labels, bad, labels)).Message);
        Assert.Contains("row 1", Assert.Throws<DataException>(() => KnnProbe.Neighbours(bad, X, 1)).Message);
        Assert.Throws<ArgumentException>(() => KnnProbe.Measure(X, [0, 1], X, labels));
        Assert.Contains("[rows, dimension]", Assert.Throws<ArgumentException>(() => KnnProbe.Measure(X, labels, stack([X, X]), [0, 1])).Message);
        Assert.Contains("[rows, dimension]", Assert.Throws<ArgumentException>(() => KnnProbe.Measure(stack([X, X]), [0, 1], X, labels)).Message);
        Assert.Throws<ArgumentException>(() => KnnProbe.Measure(X, labels, X, [0, 1]));
        Assert.Throws<ArgumentException>(() => KnnProbe.Neighbours(X, ones(3, 4), 1));
        Assert.Throws<InvalidOptionException>(() => KnnProbe.Neighbours(X, X, 0));
        Assert.Throws<InvalidOptionException>(() => KnnProbe.Measure(X, labels, X, labels, new KnnProbeOptions { Neighbours = 0 }));
        Assert.Throws<InvalidOptionException>(() => KnnProbe.Measure(X, labels, X, labels, new KnnProbeOptions { Temperature = 0 }));
    }

    private static int[] Slow(double[,] bank, int[] labels, double[,] queries, int k, double temperature)
    {
        double[,] b = Reference.Normalised(bank), q = Reference.Normalised(queries);
        int[] result = new int[q.GetLength(0)];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Enumerable.Range(0, labels.Length)
                .Select(j => (Row: j, Cosine: Enumerable.Range(0, b.GetLength(1)).Sum(c => b[j, c] * q[i, c])))
                .OrderByDescending(n => n.Cosine).ThenBy(n => n.Row)
                .Take(k)
                .GroupBy(n => labels[n.Row])
                .OrderByDescending(g => g.Sum(n => Math.Exp(n.Cosine / temperature))).ThenBy(g => g.Key)
                .First().Key;
        }

        return result;
    }
}
