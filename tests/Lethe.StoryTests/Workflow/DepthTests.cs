using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;
using Lethe.Recognition;
using Lethe.Runs;
using Lethe.Tests.Data;
using Lethe.Tests.Methods;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>
/// Faint stripes on images of twelve bits, whose direction is the class: in files of 16 bits an encoder learns to tell them, cut to 8 bits
/// most of them are gone.
/// </summary>
[Collection(typeof(TorchCollection))]
public sealed class DepthTests(ITestOutputHelper output) : IDisposable
{
    private const int Classes = 3, PerClass = 40, Size = Tiny.ImageSize, Amplitude = 60;

    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Probe_TwelveBits_IsBetterThanOnTheSameCutToEight()
    {
        double deep = Accuracy("deep", level => level);
        double cut = Accuracy("cut", level => (ushort)(level >> 8));
        output.WriteLine(FormattableString.Invariant($"16-bit PNG {deep:0.000}, cut to 8 bits {cut:0.000}, chance {1.0 / Classes:0.000}"));
        Assert.True(deep > 0.5, $"{deep} on 12 bits");
        Assert.True(deep > cut + 0.08, $"{deep} on 12 bits, {cut} on 8");
    }

    // Of a classifier on the embeddings of an encoder that was trained without labels, by cross-validation.
    private double Accuracy(string name, Func<ushort, ushort> change)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        string folder = small[name];
        for (int i = 0; i < Classes * PerClass; i++)
        {
            string path = Path.Combine(folder, $"c{i % Classes}", $"{i:000}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, DeepImages.Png([.. Stripes(i % Classes, (ulong)i).Select(change)], Size, Size, 0));
        }

        RunOptions options = small.Options with { Data = new DataOptions { Data = folder, ImageSize = Size, Range = RangeRule.Percentile } };
        options = options with { Views = AugmentationOptions.Named("weak") };
        options = options with { Training = options.Training with { Epochs = 3, EvaluateEvery = 3 } };
        Pretraining.Start(options, SmallRun.Machine, small[name + "-run"], "test", null, token);
        using Encoder encoder = Encoder.Load(small[name + "-run"], SmallRun.Machine);
        float[,] rows = encoder.Embed(folder, cancellation: token);
        int[] labels = [.. ImageFiles.ReadAll(folder, Size).Images.Paths!.Select(path => path[1] - '0')];
        EmbeddingClassifier classifier =
            EmbeddingClassifier.Train(rows, labels, [.. Enumerable.Range(0, Classes).Select(c => $"c{c}")], cancellation: token);
        return classifier.Validation.Accuracy;
    }

    // Stripes down, across or aslant on a level that differs from image to image, with some noise.
    private static ushort[] Stripes(int direction, ulong seed)
    {
        var random = new RandomStream(RandomStream.Derive(seed, 12));
        double level = random.NextDouble(1800, 2040), phase = random.NextDouble(0, 6.3);
        (double across, double down) = direction switch { 0 => (1.2, 0.0), 1 => (0.0, 1.2), _ => (0.85, 0.85) };
        ushort[] levels = new ushort[Size * Size];
        for (int i = 0; i < levels.Length; i++)
        {
            double wave = Math.Sin((across * (i % Size)) + (down * (i / Size)) + phase);
            levels[i] = (ushort)(level + (Amplitude * wave) + random.NextDouble(-4, 4));
        }

        return levels;
    }
}
