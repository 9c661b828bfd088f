using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Training;
using Lethe.Workflow;

namespace Lethe.Benchmarks;

/// <summary>SimCLR pre-training as <c>lethe pretrain</c> does it: images to views, forward, backward, step.</summary>
internal static class TrainingThroughput
{
    public static void Measure(
        string images, int count, int size, string backbone, int width, int batch, int steps, int warmUp, int threads, string kernels)
    {
        var options = new RunOptions
        {
            // A run cannot be without images to probe and test; here they are never looked at.
            Data = new DataOptions { Data = images, ImageSize = size, Limit = count, ProbeImages = 1, TestImages = 1 },
            Backbone = new BackboneOptions { Backbone = backbone, Width = width },
            Training = new TrainingOptions
            {
                BatchSize = batch,
                Epochs = Math.Max(1, (int)Math.Ceiling((warmUp + steps) / Math.Floor((double)count / batch))),
                Optimiser = "sgd",
                WeightDecay = 5e-4,
                WarmUp = 0,
                CheckpointMinutes = 1e6,
            },
        };
        Session session = Session.Create(options, new Machine { Threads = threads, Kernels = kernels });
        using SslMethod method = session.CreateMethod();
        using ViewLoader loader = session.CreateLoader(batch, options.Seed);
        using var pretrainer = new Pretrainer(method, loader, options.Training, options.Seed, session.Device);
        var clock = new Stopwatch();
        double processor = 0, loss = double.NaN;
        TimeSpan waited = TimeSpan.Zero;
        foreach (TrainingMoment.StepTaken step in TrainingLoop.Steps(pretrainer).Take(warmUp + steps))
        {
            if (step.Step == warmUp)
            {
                processor = -Resources.ProcessorSeconds();
                waited = loader.Waited;
                clock.Start();
            }
            else if (step.Step == warmUp + steps)
            {
                clock.Stop();
                processor += Resources.ProcessorSeconds();
                waited = loader.Waited - waited;
                loss = step.Report.Loss;
            }
        }

        double trained = (double)steps * batch;
        JsonLine.Write(new
        {
            ImagesPerSecond = trained / clock.Elapsed.TotalSeconds,
            ImagesPerCpuSecond = trained / processor,
            WaitingShare = waited / clock.Elapsed,
            Loss = loss,
            Kernels = kernels,
            Backbone = backbone,
            Width = width,
            Batch = batch,
            Size = size,
            Steps = steps,
            Threads = threads,
            PeakMib = Resources.PeakMebibytes(),
        });
    }
}
