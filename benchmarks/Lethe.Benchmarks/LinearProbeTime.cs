using System.Diagnostics;
using System.Runtime.InteropServices;
using Lethe.Evaluation;
using Lethe.Numerics;
using Lethe.Runs;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>
/// The linear protocol, choice of the strength included, on the features of a run's encoder, or on some like them: classes on a few hidden
/// directions that are mixed into correlated ReLU outputs. The same numbers are written for the PyTorch program.
/// </summary>
internal static class LinearProbeTime
{
    private const int TestRows = 2000;
    private const int HiddenDirections = 64;

    /// <summary>Fits and prints seconds and accuracy.</summary>
    public static void Measure(LinearProbeRows rows, int threads)
    {
        set_num_threads(threads);
        using var scope = NewDisposeScope();
        (Tensor fit, int[] fitLabels, Tensor test, int[] truth) = Rows(rows, threads);
        (int n, int d, int classes) = ((int)fit.size(0), (int)fit.size(1), fitLabels.Distinct().Count());
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
    /// <returns>Features in a row, and classes.</returns>
    public static (int Dimension, int Classes) Write(string folder, LinearProbeRows rows, int threads)
    {
        using var scope = NewDisposeScope();
        (Tensor fit, int[] fitLabels, Tensor test, int[] truth) = Rows(rows, threads);
        foreach ((string part, Tensor features, int[] labels) in new[] { ("fit", fit, fitLabels), ("test", test, truth) })
        {
            File.WriteAllBytes(Path.Combine(folder, $"{part}.f32"), features.contiguous().bytes.ToArray());
            File.WriteAllBytes(
                Path.Combine(folder, $"{part}.i64"), MemoryMarshal.AsBytes<long>(labels.Select(label => (long)label).ToArray()).ToArray());
        }

        return ((int)fit.size(1), fitLabels.Distinct().Count());
    }

    private static (Tensor Fit, int[] FitLabels, Tensor Test, int[] Truth) Rows(LinearProbeRows rows, int threads)
    {
        if (rows.Run is null)
        {
            (Tensor features, int[] labels) = Features(rows.Count, rows.Dimension, rows.Classes, rows.Seed);
            return (
                features.narrow(0, 0, rows.Count), labels[..rows.Count], features.narrow(0, rows.Count, TestRows), labels[rows.Count..]);
        }

        RunDirectory run = RunDirectory.Open(rows.Run);
        var machine = new Machine { Threads = threads };
        Session session = Session.Open(run, machine);
        using Encoder encoder = Encoder.Load(run, machine, rows.Layer);
        return (
            tensor(encoder.Embed(session.Data.Probe)), [.. session.Data.Probe.Labels!], tensor(encoder.Embed(session.Data.Test)),
            [.. session.Data.Test.Labels!]);
    }

    private static (Tensor Features, int[] Labels) Features(int n, int d, int classes, int seed)
    {
        manual_seed(seed);
        var random = new RandomStream((ulong)seed);
        int rows = n + TestRows;
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.NextInt(classes))];
        Tensor centres = 0.35 * randn(classes, HiddenDirections);
        Tensor hidden =
            (centres.index_select(0, tensor(labels.Select(label => (long)label).ToArray())) + randn(rows, HiddenDirections)) * linspace(
                2, 0.2, HiddenDirections);
        return (
            (hidden.matmul(randn(HiddenDirections, d) / Math.Sqrt(HiddenDirections)) + (0.1 * randn(rows, d)) + 0.2).relu().contiguous(),
            labels);
    }
}
