using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Workflow;

namespace Lethe.Benchmarks;

/// <summary>
/// What a training step of each method costs beside one of SimCLR, with each method's default options: the methods take
/// turns, and a ratio is taken within each turn.
/// </summary>
internal static class MethodCost
{
    public static void Measure(int width, int size, int batch, int steps, int warmUp, int threads, int repeats)
    {
        var device = new Machine { Threads = threads }.Prepare();
        var images = new ImageSet("noise", NoiseImages.Create(batch * 2, size));
        var augmenter = new ViewAugmenter(new AugmentationOptions(), size, 3, ChannelStatistics.Measure(images));
        var ratios = MethodRegistry.All.ToDictionary(entry => entry.Name, _ => new List<double>());
        for (int turn = 0; turn < repeats; turn++)
        {
            double reference = 0;
            foreach (MethodEntry entry in MethodRegistry.All)
            {
                double seconds = Seconds(entry);
                reference = entry.Name == "simclr" ? seconds : reference;
                ratios[entry.Name].Add(seconds / reference);
            }
        }

        foreach ((string name, List<double> turns) in ratios)
        {
            double[] sorted = [.. turns.Order()];
            JsonLine.Write(new { Method = name, RelativeCost = sorted[sorted.Length / 2], Least = sorted[0], Most = sorted[^1], Width = width, Size = size, Batch = batch, Threads = threads });
        }

        double Seconds(MethodEntry entry)
        {
            TorchSharp.torch.manual_seed(0);
            using SslMethod method = entry.Create(
                entry.DefaultOptions, new ResNet(new BackboneOptions { Backbone = "resnet10", Width = width }, 3, size));
            return StepTime.Measure(method, images, augmenter, batch, steps, warmUp, threads, device).Seconds;
        }
    }
}
