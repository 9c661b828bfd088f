using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Workflow;

namespace Lethe.Benchmarks;

/// <summary>
/// Diagnosing every layer on many images beside one epoch of training on as many: half of them stand for images trained on and half for
/// unseen ones; rates and geometry on two views of all, ridge probe and nearest neighbours of all against a tenth as bank. The epoch is
/// that of some steps, scaled to the images.
/// </summary>
internal static class DiagnosisCost
{
    private const int Classes = 10;

    /// <summary>Measures and prints one JSON object.</summary>
    public static void Measure(int count, int width, int size, int batch, int threads)
    {
        var device = new Machine { Threads = threads }.Prepare();
        Image[] noise = NoiseImages.Create(1000, size);
        ImageSet Labelled(string name, int images) => new(
            name,
            [.. Enumerable.Range(0, images).Select(i => noise[i % noise.Length])],
            [.. Enumerable.Range(0, images).Select(i => i % Classes)],
            [.. Enumerable.Range(0, Classes).Select(c => $"{c}")]);
        var data = new DataSplits(
            "noise", Labelled("train", count / 2), Labelled("probe", count / 10), Labelled("test", count / 2), size, "none", []);
        var augmenter = new ViewAugmenter(new AugmentationOptions(), size, 3, ChannelStatistics.Measure(new ImageSet("noise", noise)));
        TorchSharp.torch.manual_seed(0);
        using SslMethod method = MethodRegistry.Find("simclr").Create(
            new SimClrOptions(), new ResNet(new BackboneOptions { Width = width }, 3, size));
        double epoch = StepTime.Measure(
            method, Labelled("few", 2 * batch), augmenter, batch, steps: 6, warmUp: 2, threads, device).Seconds * count / batch;
        method.eval();
        var evaluator = new LayerEvaluator(
            EvaluatedImages.AtTheEnd(data), augmenter, new EvaluationOptions { RateImages = count / 2, LidarImages = count / 2 }, threads, device);
        long start = Stopwatch.GetTimestamp();
        evaluator.Measure(method);
        double diagnosis = Stopwatch.GetElapsedTime(start).TotalSeconds;
        JsonLine.Write(new { Images = count, width, size, threads, Epoch = epoch, Diagnosis = diagnosis, Ratio = diagnosis / epoch, PeakMib = Resources.PeakMebibytes() });
    }
}
