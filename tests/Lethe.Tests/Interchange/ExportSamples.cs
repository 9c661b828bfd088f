using Lethe.Augmentation;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Tests.Augmentation;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

/// <summary>Encoders to export whose every number matters: batch-norm has moved, channels have statistics of their own.</summary>
internal static class ExportSamples
{
    /// <summary>A network in evaluation mode; the caller disposes it.</summary>
    public static ResNet Network(string backbone = "resnet10", string stem = "small", int size = 16, int channels = 3, int width = 4)
    {
        manual_seed(3);
        var network = new ResNet(new BackboneOptions { Backbone = backbone, Width = width, Stem = stem }, channels, size);
        Move(network);
        return network;
    }

    public static ExportSource Source(ResNet network)
    {
        int channels = network.InputChannels;
        var statistics = new ChannelStatistics(channels == 1 ? [0.4f] : [0.4f, 0.5f, 0.6f], channels == 1 ? [0.2f] : [0.2f, 0.25f, 0.3f]);
        AugmentationOptions views = AugmentationOptions.Named("simclr");
        return new ExportSource(network, statistics, views, ExportSource.Describe(network, statistics, views) with { Method = "test" });
    }

    /// <summary>With a projector of every kind of part.</summary>
    public static ExportSource WithProjector(ResNet network)
    {
        var projector = Projector.Create([network.FeatureDimension, 12, 10, 6], outputNorm: true);
        Move(projector);
        return Source(network) with { Projector = projector, Project = projector.forward };
    }

    /// <summary>Noise of the network's size and channels; more than one batch and one.</summary>
    public static ExportImages Images(ExportSource source, int count = 5) => ExportImages.Of(
        Sample.Set(count, source.Network.InputChannels, source.Network.ImageSize), "noise", source, count);

    /// <summary>K = 3, with a feature that takes no part.</summary>
    public static ExportedClassifier Classifier(int dimension)
    {
        var random = new RandomStream(8);
        double[] scale = new double[dimension], mean = new double[dimension];
        double[,] weights = new double[3, dimension];
        for (int i = 0; i < dimension; i++)
        {
            (mean[i], scale[i]) = (random.NextGaussian(), i == 1 ? 0 : 0.5 + random.NextDouble());
            for (int k = 0; k < 3; k++)
                weights[k, i] = random.NextGaussian();
        }

        return new ExportedClassifier(["cat", "dög", "owl"], mean, scale, weights, [0.1, -0.2, 0.3], 1.7, 0.6);
    }

    // Statistics, scales and shifts as after some training.
    private static void Move(nn.Module module)
    {
        ulong seed = 20;
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (BatchNormLayer norm in BatchNormLayer.Within(module))
        {
            Tensor Draw(long n) => Tiny.Gaussian(seed++, n).to(ScalarType.Float32);
            Tensor mean = norm.get_buffer("running_mean")!;
            mean.copy_(Draw(mean.shape[0]) * tensor(0.3f));
            norm.get_buffer("running_var")!.copy_((Draw(mean.shape[0]) * tensor(0.4f)).exp());
            norm.Scale?.copy_((Draw(mean.shape[0]) * tensor(0.3f)).exp());
            norm.Shift?.copy_(Draw(mean.shape[0]) * tensor(0.2f));
        }

        module.eval();
    }
}
