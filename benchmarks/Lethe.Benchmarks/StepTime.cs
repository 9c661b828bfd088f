using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>How long a step of pre-training takes, views included.</summary>
internal static class StepTime
{
    /// <summary>Trains some steps.</summary>
    /// <returns>The median of a step's seconds after the warm-up, and the mean seconds in it that were spent waiting for views.</returns>
    public static (double Seconds, double Waiting) Measure(
        SslMethod method, ImageSet images, ViewAugmenter augmenter, int batch, int steps, int warmUp, int threads, Device device)
    {
        using var loader = new ViewLoader(images, augmenter, batch, seed: 0, threads);
        var options =
            new TrainingOptions { Epochs = warmUp + steps, BatchSize = batch, EvaluateEvery = warmUp + steps, CheckpointMinutes = 1e6 };
        using var pretrainer = new Pretrainer(method, loader, options, 0, device);
        var times = new List<double>();
        TimeSpan waited = TimeSpan.Zero;
        long last = Stopwatch.GetTimestamp();
        foreach (TrainingMoment.StepTaken step in TrainingLoop.Steps(pretrainer).Take(warmUp + steps))
        {
            if (step.Step == warmUp)
                waited = loader.Waited;
            times.Add(Stopwatch.GetElapsedTime(last).TotalSeconds);
            last = Stopwatch.GetTimestamp();
        }

        double[] timed = [.. times.Skip(warmUp).Order()];
        return (timed[timed.Length / 2], (loader.Waited - waited).TotalSeconds / steps);
    }
}
