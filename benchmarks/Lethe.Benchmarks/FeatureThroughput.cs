using System.Diagnostics;
using Lethe.Models;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>
/// Features of images as <c>lethe embed</c> computes them, without decoding: a forward pass with batch-norm folded in, images per second.
/// </summary>
internal static class FeatureThroughput
{
    public static void Measure(string backbone, int width, int size, int batch, int steps, int warmUp, int threads, string kernels)
    {
        new Machine { Threads = threads, Kernels = kernels }.Prepare();
        manual_seed(0);
        using var network = new ResNet(new BackboneOptions { Backbone = backbone, Width = width }, 3, size);
        network.eval();
        using var frozen = new FrozenLayers(network, SplitPoint.Layer4);
        using Tensor images = randn(batch, size, size, 3).permute(0, 3, 1, 2);
        var clock = new Stopwatch();
        double processor = 0;
        for (int step = 0; step < warmUp + steps; step++)
        {
            if (step == warmUp)
            {
                processor = -Resources.ProcessorSeconds();
                clock.Start();
            }

            using var scope = NewDisposeScope();
            frozen.Forward(images).mean([2, 3]);
        }

        clock.Stop();
        processor += Resources.ProcessorSeconds();
        double done = (double)steps * batch;
        JsonLine.Write(new
        {
            ImagesPerSecond = done / clock.Elapsed.TotalSeconds,
            ImagesPerCpuSecond = done / processor,
            Kernels = kernels,
            PeakMib = Resources.PeakMebibytes(),
        });
    }
}
