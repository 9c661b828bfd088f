using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>Runs a method's network over images in evaluation mode and collects what each layer gives.</summary>
public static class LayerFeatures
{
    /// <summary>The name of the projector's output among the layers.</summary>
    public const string Projector = "projector";

    /// <summary>Layers whose features are collected, first to last.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ResNet.Layers.Select(ResNet.LayerName), Projector];

    /// <summary>The name of the backbone's last layer.</summary>
    public static string Last { get; } = ResNet.LayerName(SplitPoint.Layer4);

    /// <summary>Collects the features of every layer. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="method">The network; it is left in evaluation mode.</param>
    /// <param name="batches">Rendered images.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>By layer, [V, N, d] on the processor; d is the same for all layers of the backbone.</returns>
    public static IReadOnlyDictionary<string, Tensor> Collect(
        SslMethod method, IEnumerable<ViewBatch> batches, Device device, CancellationToken cancellation = default)
    {
        method.eval();
        using IDisposable frozen = no_grad();
        using var collected = NewDisposeScope();
        var parts = Names.ToDictionary(name => name, _ => new List<Tensor>());
        foreach (ViewBatch batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Tensor images = ImageTensor.FromPixels(batch.Pixels, batch.Views * batch.N, batch.Size, batch.Channels, device);
            IReadOnlyList<Tensor> layers = method.Backbone.ForwardLayers(images);
            for (int i = 0; i < Names.Count; i++)
            {
                Tensor features = i < layers.Count ? layers[i] : method.Project(layers[^1]);
                parts[Names[i]].Add(features.cpu().reshape(batch.Views, batch.N, -1).MoveToOuterDisposeScope()); // [V, n, d]
            }
        }

        return parts.ToDictionary(part => part.Key, part => cat(part.Value, 1).MoveToOuterDisposeScope());
    }
}
