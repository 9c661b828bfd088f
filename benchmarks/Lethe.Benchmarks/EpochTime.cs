using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Training;
using Lethe.Workflow;

namespace Lethe.Benchmarks;

/// <summary>
/// What an image of an epoch costs: the views alone, or with a training step on a small network. Images are in memory or in a cache on
/// disk.
/// </summary>
internal static class EpochTime
{
    private const int Batch = 128;
    private const double WarmUpSeconds = 2; // until the code is compiled for good
    private const double ShortestSeconds = 2;

    /// <summary>Measures whole epochs and prints the cost of an image.</summary>
    /// <param name="images">Folder of class folders.</param>
    /// <param name="count">Images to train on.</param>
    /// <param name="size">Height and width of views.</param>
    /// <param name="width">Channels of the network's first stage; 0 for no network.</param>
    /// <param name="cache">Where decoded images are kept; null for in memory.</param>
    public static void Measure(string images, int count, int size, int width, string? cache)
    {
        var options = new RunOptions
        {
            // A run cannot be without images to probe and test; here they are never looked at.
            Data = new DataOptions { Data = images, ImageSize = size, Limit = count, ProbeImages = 1, TestImages = 1, Cache = cache },
            Backbone = new BackboneOptions { Backbone = "resnet10", Width = Math.Max(width, 4) },
            Training = new TrainingOptions { BatchSize = Batch, Epochs = 1_000_000, Optimiser = "sgd", WarmUp = 0, CheckpointMinutes = 1e6, EvaluateEvery = 1_000_000 },
        };
        Session session = Session.Create(options, new Machine { Threads = 1 });
        using ViewLoader loader = session.CreateLoader(Batch, options.Seed);
        var clock = new EpochClock(loader);
        if (width == 0)
        {
            for (int epoch = 0; !clock.IsDone; epoch++)
            {
                foreach (ViewBatch _ in loader.Batches(epoch))
                {
                    clock.Step();
                    if (clock.IsDone)
                        break;
                }
            }
        }
        else
        {
            using SslMethod method = session.CreateMethod();
            using var pretrainer = new Pretrainer(method, loader, options.Training, options.Seed, session.Device);
            foreach (TrainingMoment.StepTaken _ in TrainingLoop.Steps(pretrainer))
            {
                clock.Step();
                if (clock.IsDone)
                    break;
            }
        }

        double trained = (double)clock.Epochs * loader.StepsPerEpoch * Batch;
        JsonLine.Write(new
        {
            MicrosecondsPerImage = 1e6 * clock.Seconds / trained,
            CpuMicrosecondsPerImage = 1e6 * clock.ProcessorSeconds / trained,
            WaitingShare = clock.Waited / clock.Seconds,
            Images = session.Data.Train.Count,
            clock.Epochs,
            Size = size,
            Width = width,
            Cached = cache is not null,
            AnonymousMib = Resources.AnonymousMebibytes(),
            PeakMib = Resources.PeakMebibytes(),
        });
    }

    /// <summary>
    /// Times as many steps as whole epochs have, from where the warm-up ends: the beginning of an epoch is among them each time.
    /// </summary>
    private sealed class EpochClock(ViewLoader loader)
    {
        private readonly long started = Stopwatch.GetTimestamp();
        private long begun;
        private double processor;
        private TimeSpan waited;
        private int steps;

        public bool IsDone { get; private set; }

        public int Epochs { get; private set; }

        public double Seconds { get; private set; }

        public double ProcessorSeconds { get; private set; }

        public double Waited { get; private set; }

        /// <summary>Called after each step.</summary>
        public void Step()
        {
            if (begun == 0)
            {
                if (Stopwatch.GetElapsedTime(started).TotalSeconds >= WarmUpSeconds)
                    (begun, processor, waited) = (Stopwatch.GetTimestamp(), Resources.ProcessorSeconds(), loader.Waited);
                return;
            }

            if (++steps % loader.StepsPerEpoch != 0)
                return;
            Epochs = steps / loader.StepsPerEpoch;
            Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            ProcessorSeconds = Resources.ProcessorSeconds() - processor;
            Waited = (loader.Waited - waited).TotalSeconds;
            IsDone = Seconds >= ShortestSeconds;
        }
    }
}
