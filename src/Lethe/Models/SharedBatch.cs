using Lethe.Ranks;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// While it lasts, the backbones within a module are given this rank's images of a batch alone: their batch-norm takes the statistics of
/// the whole batch, and their pooled features are those of the whole batch, so that heads and losses see what one process sees.
/// </summary>
internal sealed class SharedBatch : IDisposable
{
    private readonly List<ResNet> backbones = [];
    private readonly List<BatchNormLayer> layers = [];

    /// <summary>Begins it.</summary>
    /// <param name="module">A method: its backbone, and that of a momentum encoder.</param>
    /// <param name="share">How the batch is shared out.</param>
    public SharedBatch(Module module, BatchShare share)
    {
        foreach (ResNet backbone in module.modules().OfType<ResNet>())
        {
            backbones.Add(backbone);
            backbone.Share = share;
            foreach (BatchNormLayer layer in BatchNormLayer.Within(backbone))
            {
                layers.Add(layer);
                layer.Share = share;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        backbones.ForEach(backbone => backbone.Share = null);
        layers.ForEach(layer => layer.Share = null);
    }
}
