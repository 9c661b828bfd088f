using BenchmarkDotNet.Attributes;
using Lethe.Data;
using Lethe.Data.Generated;

namespace Lethe.Benchmarks.Kernels;

/// <summary>One picture of the causal model of 32×32 pixels on one thread.</summary>
[Config(typeof(InProcess))]
public class CausalShapesBenchmarks
{
    private int item;

    [Benchmark]
    public Image Render() => CausalShapes.Render(CausalShapes.Draw(1, item++, 0.9), 32);
}
