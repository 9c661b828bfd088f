using BenchmarkDotNet.Attributes;
using Lethe.Augmentation.Corruptions;
using Lethe.Data;
using Lethe.Data.Generated;

namespace Lethe.Benchmarks.Kernels;

/// <summary>One corruption, at all severities in turn, of an image of 32×32 pixels on one thread.</summary>
[Config(typeof(InProcess))]
public class CorruptionBenchmarks
{
    private readonly Image image = CausalShapes.Render(CausalShapes.Draw(1, 0, 0.9), 32);
    private Corruption corruption = null!;
    private int calls;

    public static IEnumerable<string> Names => CorruptionRegistry.All.Select(entry => entry.Name);

    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    [GlobalSetup]
    public void Setup() => corruption = CorruptionRegistry.Find(Name);

    [Benchmark]
    public Image Apply() => corruption.Apply(image, 1 + (calls++ % Corruption.Severest), (ulong)calls);
}
