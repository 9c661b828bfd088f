using BenchmarkDotNet.Attributes;
using Lethe.Data;
using SkiaSharp;

namespace Lethe.Benchmarks.Kernels;

/// <summary>
/// Hundred image files of 64×64 pixels, a folder of them, on all cores: listed and decoded, or opened from a cache and checked.
/// </summary>
[Config(typeof(InProcess))]
public class ImageFileBenchmarks
{
    private const int Files = 100;

    private string folder = "";

    [Params("jpeg", "png")]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        folder = Directory.CreateTempSubdirectory("lethe-files-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        Image[] noise = NoiseImages.Create(Files, 64);
        for (int i = 0; i < Files; i++)
        {
            using var bitmap = new SKBitmap(new SKImageInfo(64, 64, SKColorType.Rgba8888, SKAlphaType.Opaque));
            ReadOnlySpan<byte> pixels = noise[i].Pixels.Span;

            // Smooth, as photographs are: noise takes an entropy decoder several times as long.
            for (int p = 0; p < 64 * 64; p++)
                bitmap.SetPixel(
                    p % 64, p / 64, new SKColor((byte)(pixels[p / 512] + p % 64), (byte)(pixels[64 + p % 8] / 8 + p / 64), pixels[128]));
            using SKData data = bitmap.Encode(Format == "png" ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 90);
            File.WriteAllBytes(Path.Combine(folder, "images", $"{i:000}.{Format}"), data.ToArray());
        }

        Cached();
    }

    [Benchmark]
    public object Decoded() => DataSources.Open(Options, seed: 0);

    [Benchmark]
    public object Cached() => DataSources.Open(Options with { Cache = Path.Combine(folder, "images.pack") }, seed: 0);

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(folder, recursive: true);

    private DataOptions Options => new() { Data = Path.Combine(folder, "images"), ImageSize = 64 };
}
