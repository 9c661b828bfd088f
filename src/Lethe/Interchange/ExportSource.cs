using Lethe.Augmentation;
using Lethe.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Interchange;

/// <summary>An encoder that is to leave, from a run or from anywhere.</summary>
/// <param name="Network">The backbone, in evaluation mode. Not owned: who made it disposes it after the export.</param>
/// <param name="Statistics">What images are normalised with before they enter it.</param>
/// <param name="Views">How images are brought to its size.</param>
/// <param name="Metadata">What is known of it; the layer is the last.</param>
internal sealed record ExportSource(
    ResNet Network, ChannelStatistics Statistics, AugmentationOptions Views, ExportMetadata Metadata)
{
    /// <summary>
    /// What follows the backbone: linear layers, batch-norm and ReLU in a row; null where there is nothing, or something else.
    /// </summary>
    public Module? Projector { get; init; }

    /// <summary>The same as a function, [N, d] → [N, k].</summary>
    public Func<Tensor, Tensor>? Project { get; init; }

    /// <summary>The names of the layers that it has.</summary>
    public IReadOnlyList<string> Layers => Projector is null
        ? [.. LayerNames.All.Where(name => name != LayerNames.Projector)]
        : LayerNames.All;

    /// <summary>What can be said of any network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="statistics">What its images are normalised with.</param>
    /// <param name="views">How images are brought to its size.</param>
    /// <returns>The record, for the last layer.</returns>
    public static ExportMetadata Describe(ResNet network, ChannelStatistics statistics, AugmentationOptions views) => new()
    {
        Backbone = network.Options.Backbone,
        Width = network.Options.Width,
        Stem = network.StemName,
        Channels = network.InputChannels,
        Range = statistics.Range,
        ImageSize = network.ImageSize,
        Mean = statistics.Mean,
        Std = statistics.StandardDeviation,
        Interpolation = views.Interpolation,
        Layer = LayerNames.Last,
        Whitened = network.Whitening is not null,
    };
}
