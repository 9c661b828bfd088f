using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Training;
using Lethe.Workflow;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>
/// Where the time of one SimCLR training step goes: each operation of the network is timed alone, forwards and backwards, on a tensor of
/// the shape that it gets in a step, and set beside the whole step and beside what the machine can do (a matrix product, a copy).
/// </summary>
internal static class StepProfile
{
    private const int Least = 3;
    private const double LeastSeconds = 0.5;

    /// <summary>Measures and prints one JSON object.</summary>
    public static void Measure(string backbone, int width, int size, int batch, int threads)
    {
        Device device = new Machine { Threads = threads }.Prepare();
        manual_seed(0);
        using SslMethod method = MethodRegistry.Find("simclr").Create(
            new SimClrOptions(), new ResNet(new BackboneOptions { Backbone = backbone, Width = width }, 3, size));
        method.train();
        int views = 2 * batch;
        (nn.Module<Tensor, Tensor> Module, long[] Shape)[] calls = Calls(method.Backbone, views, size);
        double flops = 0, normBytes = 0, convolutions = 0, norms = 0, forward = 0;
        foreach (var same in calls.GroupBy(call => (Kind(call.Module), string.Join(',', call.Shape))))
        {
            (nn.Module<Tensor, Tensor> module, long[] shape) = same.First();
            int count = same.Count();
            if (module is Conv2d convolution)
            {
                bool first = convolution.in_channels == 3;
                (double ahead, double both, long outputs) = Times(
                    x => MapConvolution.Forward(convolution, x), shape, inputGradient: !first);
                long kernel = convolution.kernel_size.Aggregate(1L, (product, side) => product * side);
                flops += count * 2.0 * outputs * convolution.in_channels * kernel * (first ? 2 : 3);
                convolutions += count * both;
                forward += count * ahead;
                continue;
            }

            // Each of them with a ReLU, and with an addition where a block ends: moments read the map once, the rest reads it and writes;
            // backwards two passes read map and gradient, of which the second writes.
            (_, double norm, long numbers) = Times(
                x => ((BatchNormLayer)module).Normalise(x, addend: null, rectify: true, consume: true), shape, inputGradient: true);
            norms += count * norm;
            normBytes += count * 8.0 * sizeof(float) * numbers;
        }

        (_, double head, _) = Times(
            features => method.Loss(Views.Pair(features, SplitPoint.Layer4), new TrainingProgress(0, 1, 0, 0)).Total,
            [views, method.Backbone.FeatureDimension, 1, 1], inputGradient: true);
        foreach (Parameter parameter in method.parameters())
            parameter.grad = zeros_like(parameter);
        using Optimiser adam = Optimiser.Create("adam", method.named_parameters().Select(entry => (entry.name, entry.parameter)), 0, 0);
        double update = Seconds(() => adam.Step(1e-6));
        var images = new ImageSet("noise", NoiseImages.Create(batch * 2, size));
        var augmenter = new ViewAugmenter(new AugmentationOptions(), size, 3, ChannelStatistics.Measure(images));
        (double step, double waiting) = StepTime.Measure(method, images, augmenter, batch, steps: 8, warmUp: 2, threads, device);
        double rest = step - convolutions - norms - head - update - waiting;
        JsonLine.Write(new
        {
            backbone, width, size, batch, threads, Step = step,
            Convolutions = convolutions, ConvolutionsForward = forward, BatchNormAndRelu = norms, ProjectorAndLoss = head,
            Optimiser = update, Waiting = waiting, Rest = rest,
            ConvolutionGigaflops = flops / convolutions / 1e9, MatrixGigaflops = MatrixGigaflops(),
            OwnMatrixGigaflops = OwnMatrixGigaflops(),
            BatchNormGigabytes = normBytes / norms / 1e9,
            CopyGigabytes = CopyGigabytes(),
        });
    }

    private static string Kind(nn.Module module) => module is Conv2d convolution
        ? $"convolution {convolution.in_channels} {convolution.out_channels} {string.Join(',', convolution.kernel_size)} "
            + $"{string.Join(',', convolution.stride)}"
        : "norm";

    /// <summary>
    /// Every convolution and batch-norm, with the shape of what it gets: each stage after the first halves the sides, in its first strided
    /// convolution; so do, where images are large, the stem's convolution and its pooling.
    /// </summary>
    private static (nn.Module<Tensor, Tensor> Module, long[] Shape)[] Calls(ResNet network, int views, int size) =>
    [
        .. network.named_modules().Select(part =>
        {
            bool large = network.get_parameter("conv1.weight")!.shape[2] == 7,
                stem = !part.name.StartsWith("layer", StringComparison.Ordinal);
            int stage = stem ? 1 : part.name[5] - '0';

            // A bottleneck takes the stride in its second convolution.
            bool before = network.Options.Backbone == "resnet50" && stage > 1
                && (part.name.EndsWith(".0.conv1", StringComparison.Ordinal) || part.name.EndsWith(".0.bn1", StringComparison.Ordinal));
            long side = size >> (stage - 1 + (!large ? 0 : stem ? 1 : 2) - (before ? 1 : 0));
            return part.module switch
            {
                Conv2d convolution =>
                    (convolution, [views, convolution.in_channels, side * convolution.stride[0], side * convolution.stride[0]]),
                BatchNormLayer norm => (norm, [views, norm.Scale!.shape[0], side, side]),
                _ => ((nn.Module<Tensor, Tensor>, long[])?)null,
            };
        }).OfType<(nn.Module<Tensor, Tensor>, long[])>(),
    ];

    // As views lie in memory.
    private static Tensor ChannelsLast(long[] shape) => randn(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2); // [N, C, H, W]

    /// <summary>Seconds of a forward pass, of forward and backward, and how many numbers come out.</summary>
    private static (double Forward, double Both, long Outputs) Times(Func<Tensor, Tensor> operation, long[] shape, bool inputGradient)
    {
        using var scope = NewDisposeScope();
        Tensor input = ChannelsLast(shape).requires_grad_(inputGradient);
        Tensor output = operation(input);
        Tensor gradient = output.dim() == 4 ? randn_like(output) : ones_like(output);
        long outputs = output.numel();
        double forward = Seconds(() => operation(input)), both = Seconds(() => operation(input).backward([gradient]));
        return (forward, both, outputs);
    }

    /// <summary>The median of some calls after one that does not count.</summary>
    private static double Seconds(Action work)
    {
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i <= Least || Stopwatch.GetElapsedTime(start).TotalSeconds < LeastSeconds; i++)
        {
            using var scope = NewDisposeScope();
            long before = Stopwatch.GetTimestamp();
            work();
            if (i > 0)
                times.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static double MatrixGigaflops()
    {
        const int Side = 1536;
        using var scope = NewDisposeScope();
        Tensor a = randn(Side, Side), b = randn(Side, Side);
        return 2.0 * Side * Side * Side / Seconds(() => a.matmul(b)) / 1e9;
    }

    // A convolution of 1×1 is a product of matrices and nothing else.
    private static double OwnMatrixGigaflops()
    {
        const int Images = 64, Side = 8, Channels = 512;
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor map = randn(Images, Side, Side, Channels).permute(0, 3, 1, 2), weight = randn(Channels, Channels, 1, 1);
        double seconds = Seconds(() => MapConvolution.Forward(map, weight, bias: null, stride: 1, padding: 0));
        return 2.0 * Images * Side * Side * Channels * Channels / seconds / 1e9;
    }

    private static double CopyGigabytes()
    {
        const int Numbers = 1 << 26;
        using var scope = NewDisposeScope();
        Tensor from = ones(Numbers), to = zeros(Numbers);
        return 2.0 * sizeof(float) * Numbers / Seconds(() => to.copy_(from)) / 1e9;
    }
}
