using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// Keeps the running statistics of batch-norm layers as they are while several training-mode passes over one batch are
/// made, of which only one is to count.
/// </summary>
public sealed class BatchNormStatistics : IDisposable
{
    private readonly List<(NormBase Layer, double? Momentum)> held = [];

    private BatchNormStatistics(Module module)
    {
        foreach (NormBase layer in module.modules().OfType<NormBase>())
        {
            held.Add((layer, layer.momentum));
            layer.momentum = 0;
        }
    }

    /// <summary>Holds the statistics of all batch-norm layers of a module until disposed.</summary>
    /// <param name="module">The module.</param>
    /// <returns>The hold.</returns>
    public static BatchNormStatistics Hold(Module module) => new(module);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((NormBase layer, double? momentum) in held)
        {
            layer.momentum = momentum;
        }
    }
}
