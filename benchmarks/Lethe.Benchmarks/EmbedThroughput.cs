using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Onnx;
using Lethe.Workflow;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>
/// Embeddings of images in memory, images per second, in turn: Lethe's own path (views made on threads while the network computes), Lethe.Onnx
/// on the file that Lethe exports of the same network, and ONNX Runtime alone on the same file, given ready batches.
/// </summary>
internal static class EmbedThroughput
{
    // What Encoder.Embed takes.
    private const int OwnBatch = 256;

    private static readonly string[] outputs = [OnnxExport.Embedding];

    public static void Measure(string backbone, string stem, int width, int size, int count, int batch, int threads, int repeats)
    {
        new Machine { Threads = threads }.Prepare();
        manual_seed(0);
        using var network = new ResNet(new BackboneOptions { Backbone = backbone, Width = width, Stem = stem }, 3, size);
        network.eval();
        var statistics = new ChannelStatistics([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);
        var views = new AugmentationOptions();
        var source = new ExportSource(network, statistics, views, ExportSource.Describe(network, statistics, views));
        var images = new ImageSet("noise", NoiseImages.Create(count, size));
        string file = Path.Combine(Path.GetTempPath(), $"lethe-bench-{Environment.ProcessId}.onnx");
        try
        {
            ExportImages some = ExportImages.Of(images, "noise", source, 8);
            double error = OnnxExport.Write(source, new OnnxExportOptions(), file, some, threads, "bench").Max(output => output.Error);
            var augmenter = new ViewAugmenter(source.Views, size, 3, statistics);
            using OnnxEncoder encoder = OnnxEncoder.Load(file, threads: threads);
            using var settings = new SessionOptions { IntraOpNumThreads = threads };
            using var session = new InferenceSession(file, settings);
            float[] ready = new float[(long)batch * 3 * size * size];
            Array.Fill(ready, 0.5f);
            var results = new Dictionary<string, (double Images, double PerCpu)[]>
            {
                ["lethe"] = new (double, double)[repeats], ["lethe_onnx"] = new (double, double)[repeats],
                ["onnx_runtime"] = new (double, double)[repeats],
            };
            for (int turn = -1; turn < repeats; turn++)
            {
                // The first turn warms up.
                Time("lethe", turn, count, () =>
                {
                    using var scope = NewDisposeScope();
                    LayerFeatures.Collect(network, null, EvaluationBatches.Plain(images, augmenter, OwnBatch, threads), CPU);
                });
                Time("lethe_onnx", turn, count, () => encoder.Embed(images));
                int batches = (count + batch - 1) / batch;
                Time("onnx_runtime", turn, batches * batch, () =>
                {
                    for (int i = 0; i < batches; i++)
                        Run(session, ready, [batch, 3, size, size]);
                });
            }

            JsonLine.Write(new
            {
                ImagesPerSecond = results.ToDictionary(one => one.Key, one => Median(one.Value.Select(turn => turn.Images))),
                ImagesPerCpuSecond = results.ToDictionary(one => one.Key, one => Median(one.Value.Select(turn => turn.PerCpu))),
                LetheOverOnnxRuntime = Ratio("lethe"),
                LetheOnnxOverOnnxRuntime = Ratio("lethe_onnx"),
                ExportError = error,
                Threads = threads,
            });

            // Within each turn, since a machine that others use is not equally fast all the time: median, least, most.
            double[] Ratio(string name)
            {
                double[] ratios = [.. results[name].Zip(results["onnx_runtime"], (a, b) => a.Images / b.Images).Order()];
                return [Median(ratios), ratios[0], ratios[^1]];
            }

            void Time(string name, int turn, int images, Action work)
            {
                double processor = -Resources.ProcessorSeconds();
                var clock = Stopwatch.StartNew();
                work();
                clock.Stop();
                processor += Resources.ProcessorSeconds();
                if (turn >= 0)
                    results[name][turn] = (images / clock.Elapsed.TotalSeconds, images / processor);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Run(InferenceSession session, float[] ready, long[] shape)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(ready, shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> found = session.Run(options, session.InputNames, [input], outputs);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
