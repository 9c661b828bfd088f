using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// Runs a method's network over images as in evaluation mode, on a copy with batch-norm folded in, and collects what each layer gives.
/// </summary>
internal static class LayerFeatures
{
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
        return Collect(method.Backbone, method.Project, batches, device, cancellation);
    }

    /// <summary>Refuses features of an encoder whose weights are no good.</summary>
    /// <param name="features">Of the layer.</param>
    /// <param name="layer">Its name.</param>
    /// <exception cref="DataException">They hold NaN or infinity.</exception>
    public static void RequireFinite(Tensor features, string layer)
    {
        if (!features.isfinite().all().item<bool>())
        {
            throw new DataException(
                $"The encoder gives NaN or infinity in {layer}: its training diverged, or its weights or normalisation are not its own. "
                + "Train it again with a lower --learning-rate, or take an earlier checkpoint.");
        }
    }

    /// <summary>Collects the features of every layer of a backbone. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="backbone">The network, in evaluation mode.</param>
    /// <param name="project">What follows it; null for a backbone alone, which has no layer <see cref="LayerNames.Projector"/>.</param>
    /// <param name="batches">Rendered images.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>By layer, [V, N, d] on the processor; d is the same for all layers of the backbone.</returns>
    public static IReadOnlyDictionary<string, Tensor> Collect(
        ResNet backbone, Func<Tensor, Tensor>? project, IEnumerable<ViewBatch> batches, Device device,
        CancellationToken cancellation = default)
    {
        IReadOnlyList<string> names = project is null ? LayerNames.Backbone : LayerNames.All;
        using IDisposable frozen = no_grad();
        using var collected = NewDisposeScope();
        using var folded = new FrozenLayers(backbone, SplitPoint.Layer4);
        var parts = names.ToDictionary(name => name, _ => new List<Tensor>());
        foreach (ViewBatch batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Tensor images = ImageTensor.FromPixels(batch.Pixels, batch.ViewsPerImage * batch.N, batch.Size, batch.Channels, device);
            // [V n, d] each
            Tensor[] layers = [.. folded.ForwardMaps(images).Zip(ResNet.Layers, (map, layer) => backbone.Pool(layer, map))];
            for (int i = 0; i < names.Count; i++)
            {
                // The projector takes what it was trained on.
                Tensor features = i == layers.Length ? project!(layers[^1])
                    : i == layers.Length - 1 ? backbone.Whitened(layers[i])
                    : layers[i];
                parts[names[i]].Add(features.cpu().reshape(batch.ViewsPerImage, batch.N, -1).MoveToOuterDisposeScope()); // [V, n, d]
            }
        }

        return parts.ToDictionary(part => part.Key, part => cat(part.Value, 1).MoveToOuterDisposeScope());
    }
}
