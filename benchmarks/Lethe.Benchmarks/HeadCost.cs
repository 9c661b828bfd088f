using System.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>What heads and loss of a method take on a whole batch of features, which every rank computes for itself.</summary>
internal static class HeadCost
{
    public static void Measure(string backbone, string name, int width, int batch, int steps, int threads)
    {
        new Machine { Threads = threads }.Prepare();
        manual_seed(0);
        MethodEntry entry = MethodRegistry.Find(name);
        using SslMethod method = entry.Create(
            entry.DefaultOptions, new ResNet(new BackboneOptions { Backbone = backbone, Width = width }, 3, 32));
        var times = new List<double>();
        double processor = 0;
        for (int step = 0; step <= steps; step++)
        {
            using var scope = NewDisposeScope();
            Tensor features = randn(2 * batch, method.Backbone.FeatureDimension, 1, 1).requires_grad_();
            long start = Stopwatch.GetTimestamp();
            Gradients.Accumulate(method.Loss(Views.Pair(features, SplitPoint.Layer4), new TrainingProgress(step, steps, 1, 1)).Total);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (step == 0)
                processor = -Resources.ProcessorSeconds();
        }

        double[] timed = [.. times.Skip(1).Order()];
        JsonLine.Write(new
        {
            Method = name, Backbone = backbone, Width = width, Batch = batch, Threads = threads, Seconds = timed[timed.Length / 2],
            CpuSeconds = (processor + Resources.ProcessorSeconds()) / steps,
            PeakMib = Resources.PeakMebibytes(),
        });
    }
}
