using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;

namespace Lethe.Tests.Augmentation;

public class ThroughputTests
{
    /// <summary>Not one of the quick tests: a timing is only as good as the machine is idle. Run it with <c>-explicit only</c>.</summary>
    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [InlineData(32, 32, 32, 0, 80_000)]
    [InlineData(28, 28, 28, 0, 80_000)]
    [InlineData(96, 96, 64, 0.5, 5_000)]
    [InlineData(256, 256, 224, 0.5, 800)]
    public void Render_OnOneThread_IsFast(int height, int width, int size, double blurProbability, double viewsPerSecond)
    {
        ViewAugmenter augmenter = Sample.Plain(new AugmentationOptions { BlurProbability = blurProbability }, size, 3);
        Image[] images = [.. Enumerable.Range(0, 16).Select(i => Sample.Noise(height, width, 3, (ulong)i))];
        float[] view = new float[augmenter.Length];
        double best = 0;
        ulong seed = 0;
        for (int round = 0; round < 10; round++)
        {
            long start = Stopwatch.GetTimestamp();
            int count = 0;
            for (; Stopwatch.GetElapsedTime(start).TotalMilliseconds < 100; count++)
                augmenter.Render(images[seed % 16], seed++, view);
            best = Math.Max(best, count / Stopwatch.GetElapsedTime(start).TotalSeconds);
            Thread.Sleep(20); // lets the compiler's own thread replace the unoptimised code
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{height} · {width} to {size}, blur {blurProbability}: {best:N0} views/s");
        Assert.True(best >= viewsPerSecond, $"{best:N0} views/s");
    }
}
