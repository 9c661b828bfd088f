using System.Diagnostics;
using System.Runtime.InteropServices;
using Lethe.Evaluation;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>
/// The linear protocol, choice of the strength included, on features like those of an encoder: classes on a few hidden directions that are
/// mixed into correlated ReLU outputs. The same numbers are written for the PyTorch program.
/// </summary>
internal static class LinearProbeTime
{
    private const int TestRows = 2000;
    private const int HiddenDirections = 64;

    /// <summary>Fits and prints seconds and accuracy.</summary>
    public static void Measure(int n, int d, int classes, int threads, int seed)
    {
        set_num_threads(threads);
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Features(n, d, classes, seed);
        (Tensor test, int[] truth) = (features.narrow(0, n, TestRows), labels[n..]);
        Tensor fit = features.narrow(0, 0, n);
        int[] fitLabels = labels[..n];
        _ = LogisticRegression.Fit(fit.narrow(0, 0, 10 * classes), fitLabels[..(10 * classes)]); // what is loaded and compiled at first use
        double processor = Resources.ProcessorSeconds();
        long start = Stopwatch.GetTimestamp();
        LinearClassifier classifier = LogisticRegression.Fit(fit, fitLabels);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        processor = Resources.ProcessorSeconds() - processor;
        int[] predicted = classifier.Predict(test);
        JsonLine.Write(new
        {
            Rows = n, D = d, Classes = classes, Threads = threads, Seconds = seconds, CpuSeconds = processor,
            Accuracy = predicted.Zip(truth, (p, t) => p == t).Count(hit => hit) / (double)truth.Length, classifier.Strength,
        });
    }

    /// <summary>Writes the rows to fit and to test as raw float32 and int64.</summary>
    public static void Write(string folder, int n, int d, int classes, int seed)
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Features(n, d, classes, seed);
        foreach ((string part, int from, int count) in new[] { ("fit", 0, n), ("test", n, TestRows) })
        {
            File.WriteAllBytes(Path.Combine(folder, $"{part}.f32"), features.narrow(0, from, count).contiguous().bytes.ToArray());
            File.WriteAllBytes(Path.Combine(folder, $"{part}.i64"), MemoryMarshal.AsBytes<long>(labels.Skip(from).Take(count).Select(label => (long)label).ToArray()).ToArray());
        }
    }

    private static (Tensor Features, int[] Labels) Features(int n, int d, int classes, int seed)
    {
        manual_seed(seed);
        var random = new RandomStream((ulong)seed);
        int rows = n + TestRows;
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.NextInt(classes))];
        Tensor centres = 0.35 * randn(classes, HiddenDirections);
        Tensor hidden = (centres.index_select(0, tensor(labels.Select(label => (long)label).ToArray())) + randn(rows, HiddenDirections)) * linspace(2, 0.2, HiddenDirections);
        return ((hidden.matmul(randn(HiddenDirections, d) / Math.Sqrt(HiddenDirections)) + (0.1 * randn(rows, d)) + 0.2).relu().contiguous(), labels);
    }
}
