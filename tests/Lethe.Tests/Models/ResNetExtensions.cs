using Lethe.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Tests.Models;

/// <summary>Layers of a network the plain way, to compare with what the library makes of them.</summary>
internal static class ResNetExtensions
{
    /// <summary>Features of every layer, pooled, [N, d] each.</summary>
    public static IReadOnlyList<Tensor> ForwardLayers(this ResNet network, Tensor images)
    {
        using var scope = NewDisposeScope();
        return
        [
            .. network.ForwardMaps(images).Select((map, i) => network.Pool(ResNet.Layers[i], map).MoveToOuterDisposeScope()),
        ];
    }

    /// <summary>The parts that run after a point.</summary>
    public static IReadOnlyList<Module<Tensor, Tensor>> PartsAfter(this ResNet network, SplitPoint split) =>
        [.. network.PartsUpTo(SplitPoint.Layer4).Skip((int)split)];
}
