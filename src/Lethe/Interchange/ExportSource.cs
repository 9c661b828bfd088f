using Lethe.Augmentation;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
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
    /// <summary>What follows the backbone: linear layers, batch-norm and ReLU in a row; null where there is nothing, or something else.</summary>
    public Module? Projector { get; init; }

    /// <summary>The same as a function, [N, d] → [N, k].</summary>
    public Func<Tensor, Tensor>? Project { get; init; }

    /// <summary>The names of the layers that it has.</summary>
    public IReadOnlyList<string> Layers => Projector is null
        ? [.. LayerNames.All.Where(name => name != LayerNames.Projector)]
        : LayerNames.All;

    /// <summary>The encoder of a run, an undo or a control.</summary>
    /// <param name="method">The method with its weights, which is left in evaluation mode.</param>
    /// <param name="manifest">What the run says of itself.</param>
    /// <param name="epoch">Epochs of training behind the weights.</param>
    /// <returns>The source; the method stays the caller's.</returns>
    public static ExportSource Of(SslMethod method, RunManifest manifest, double epoch)
    {
        method.eval();
        var statistics = new ChannelStatistics(
            [.. manifest.Data.ChannelMean.Select(x => (float)x)], [.. manifest.Data.ChannelStandardDeviation.Select(x => (float)x)]);
        ResNet network = method.Backbone;
        return new ExportSource(network, statistics, manifest.Pretraining.Views, Describe(network, statistics) with
        {
            Method = manifest.Pretraining.Method,
            Epoch = epoch,
            Stage = StageOf(manifest.Kind),
            Fingerprint = manifest.Data.Fingerprint,
        })
        {
            Projector = method.named_children().FirstOrDefault(child => child.name == LayerNames.Projector).module,
            Project = method.Project,
        };
    }

    /// <summary>What can be said of any network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="statistics">What its images are normalised with.</param>
    /// <returns>The record, for the last layer.</returns>
    public static ExportMetadata Describe(ResNet network, ChannelStatistics statistics) => new()
    {
        Backbone = network.Options.Backbone,
        Width = network.Options.Width,
        Stem = network.StemName,
        Channels = network.InputChannels,
        ImageSize = network.ImageSize,
        Mean = statistics.Mean,
        Std = statistics.StandardDeviation,
        Layer = LayerNames.Last,
    };

    private static string StageOf(RunKind kind) => (kind switch
    {
        RunKind.Control => EvaluationStage.Control,
        RunKind.Umm => EvaluationStage.Umm,
        _ => EvaluationStage.Before,
    }).ToString().ToLowerInvariant();
}
