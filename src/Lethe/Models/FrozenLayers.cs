using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// The layers of a network up to a split, as they are in evaluation mode when this is made, without gradient: batch-norm is
/// folded into copies of the convolutions. The network itself is not touched, and is not followed if it changes.
/// </summary>
internal sealed class FrozenLayers : IDisposable
{
    private readonly List<FoldedConvolution> convolutions = [];
    private readonly List<Func<Tensor, Tensor>[]> layers = [];

    /// <summary>Copies the layers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="to">The last layer.</param>
    public FrozenLayers(ResNet network, SplitPoint to)
    {
        foreach (Module part in network.PartsUpTo(to))
        {
            layers.Add(part is Stem stem
                ? [stem.Fold(convolutions)]
                : [.. ((Sequential)part).children().Cast<ResidualBlock>().Select(block => block.Fold(convolutions))]);
        }
    }

    /// <summary>The feature map at the split, up to rounding what <see cref="ResNet.ForwardTo"/> gives.</summary>
    /// <param name="images">[N, C, H, W], normalised.</param>
    /// <returns>[N, C′, H′, W′].</returns>
    public Tensor Forward(Tensor images)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        return layers.Aggregate(images, Run).MoveToOuterDisposeScope();
    }

    /// <summary>The feature map after each layer, up to rounding what <see cref="ResNet.ForwardMaps"/> gives.</summary>
    /// <param name="images">[N, C, H, W], normalised.</param>
    /// <returns>One [N, C′, H′, W′] for each layer up to the split.</returns>
    public IReadOnlyList<Tensor> ForwardMaps(Tensor images)
    {
        using IDisposable frozen = no_grad();
        var maps = new Tensor[layers.Count];
        for (int i = 0; i < maps.Length; i++)
        {
            using var scope = NewDisposeScope();
            maps[i] = Run(i == 0 ? images : maps[i - 1], layers[i]).MoveToOuterDisposeScope();
        }

        return maps;
    }

    /// <inheritdoc/>
    public void Dispose() => convolutions.ForEach(convolution => convolution.Dispose());

    private static Tensor Run(Tensor map, Func<Tensor, Tensor>[] steps) => steps.Aggregate(map, (current, step) => step(current));
}
