using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Benchmarks;

/// <summary>Steps of UMM on an untrained encoder: how long one takes does not depend on what the weights are.</summary>
internal static class UmmStepTime
{
    public static void Measure(int width, int size, int batch, string split, string hypergradient, int steps, int warmUp, int threads)
    {
        var options = new UmmOptions
        {
            Split = split,
            Hypergradient = hypergradient,
            Iterations = warmUp + steps,
            EvaluateIterations = warmUp + steps,
        };
        options.Validate();
        var device = new Machine { Threads = threads }.Prepare();
        var images = new ImageSet("noise", NoiseImages.Create(2 * batch, size));
        var augmenter = new ViewAugmenter(new AugmentationOptions(), size, 3, ChannelStatistics.Measure(images));
        TorchSharp.torch.manual_seed(0);
        using var method = new SimClr(new SimClrOptions(), new ResNet(new BackboneOptions { Width = width }, 3, size));
        using var loader = new ViewLoader(images, augmenter, batch, seed: 0, threads);
        using var trainer = new UmmTrainer(method, loader, options, control: false, seed: 0, device);
        List<double> seconds = [], processorSeconds = [];
        (long last, double processor) = (Stopwatch.GetTimestamp(), Resources.ProcessorSeconds());
        foreach (TrainingMoment.StepTaken _ in TrainingLoop.Steps(trainer))
        {
            seconds.Add(Stopwatch.GetElapsedTime(last).TotalSeconds);
            processorSeconds.Add(Resources.ProcessorSeconds() - processor);
            (last, processor) = (Stopwatch.GetTimestamp(), Resources.ProcessorSeconds());
        }

        double[] timed = [.. seconds.Skip(warmUp).Order()];
        JsonLine.Write(new
        {
            SecondsPerStep = timed[0],
            MedianSeconds = timed[timed.Length / 2],
            CpuSecondsPerStep = processorSeconds.Skip(warmUp).Min(),
            ImagesPerSecond = batch / timed[0],
            Width = width,
            Batch = batch,
            Size = size,
            Split = split,
            Hypergradient = hypergradient,
            Threads = threads,
            PeakMib = Resources.PeakMebibytes(),
        });
    }
}
