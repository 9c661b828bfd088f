using BenchmarkDotNet.Attributes;
using Lethe.Augmentation;
using Lethe.Data;

namespace Lethe.Benchmarks.Kernels;

/// <summary>
/// One random view on one thread. 224 pixels are cut from 256 and blurred half of the time, as SimCLR does for large images.
/// </summary>
[Config(typeof(InProcess))]
public class ViewBenchmarks
{
    private const int Images = 16;

    private Image[] images = null!;
    private ViewAugmenter augmenter = null!;
    private float[] view = null!;
    private ulong seed;

    [Params(28, 32, 64, 224)]
    public int Size { get; set; }

    [Params("bilinear", "bicubic")]
    public string Interpolation { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        int source = Size switch { 64 => 96, 224 => 256, _ => Size };
        images = NoiseImages.Create(Images, source);
        var options = new AugmentationOptions { BlurProbability = Size > 32 ? 0.5 : 0, Interpolation = Interpolation };
        augmenter = new ViewAugmenter(options, Size, 3, new ChannelStatistics([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]));
        view = new float[augmenter.Length];
    }

    [Benchmark]
    public void Render() => augmenter.Render(images[seed % Images], seed++, view);
}
