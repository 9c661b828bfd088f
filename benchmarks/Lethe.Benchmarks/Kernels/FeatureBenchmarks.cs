using BenchmarkDotNet.Attributes;
using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Benchmarks.Kernels;

/// <summary>What diagnostics compute on features, on one thread.</summary>
[Config(typeof(InProcess))]
public class FeatureBenchmarks : IDisposable
{
    private const int Classes = 10;

    private readonly Tensor bank = randn(2000, 512);
    private readonly Tensor queries = randn(2000, 512);
    private readonly Tensor first = randn(256, 128, requires_grad: true);
    private readonly Tensor second = randn(256, 128, requires_grad: true);
    private readonly int[] labels = [.. Enumerable.Range(0, 2000).Select(i => i % Classes)];

    [GlobalSetup]
    public static void Setup() => set_num_threads(1);

    /// <summary>256 images of 128 dimensions.</summary>
    [Benchmark]
    public float InstanceReductionWithGradient()
    {
        using var scope = NewDisposeScope();
        Tensor reduction = CodingRate.InstanceReduction(first, second, CodingRate.DefaultEpsilonSquared);
        reduction.backward();
        first.grad!.zero_();
        second.grad!.zero_();
        return reduction.item<float>();
    }

    /// <summary>2000 rows of 512 dimensions in 10 groups, in float64.</summary>
    [Benchmark]
    public double LabelReduction() => CodingRate.MeasureLabels(bank, labels, CodingRate.DefaultEpsilonSquared).Reduction;

    /// <summary>2000 queries in a bank of 2000, 512 dimensions.</summary>
    [Benchmark]
    public double NearestNeighbours() => KnnProbe.Measure(bank, labels, queries, labels).Accuracy;

    /// <summary>2000 rows to fit, 2000 to test, 512 dimensions, 20 strengths, in float64.</summary>
    [Benchmark]
    public double Linear() => LinearProbe.Measure(bank, labels, queries, labels).Accuracy;

    [GlobalCleanup]
    public void Dispose()
    {
        bank.Dispose();
        queries.Dispose();
        first.Dispose();
        second.Dispose();
        GC.SuppressFinalize(this);
    }
}
