using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// Scores of the classes of pixels from feature maps: for each map batch-norm, a 3×3 convolution, ReLU and a 1×1 convolution, resized to
/// the pixels and summed.
/// </summary>
internal sealed class SegmentationHead : Module<IReadOnlyList<Tensor>, Tensor>
{
    /// <summary>Channels between the two convolutions.</summary>
    public const int Hidden = 32;

    private readonly int size;
    private readonly Sequential[] parts;

    /// <param name="layers">Which of the maps it takes.</param>
    /// <param name="channels">Channels of each of all maps.</param>
    /// <param name="classes">Classes of pixels.</param>
    /// <param name="size">Height and width of the images.</param>
    public SegmentationHead(IReadOnlyList<int> layers, IReadOnlyList<int> channels, int classes, int size)
        : base(nameof(SegmentationHead))
    {
        this.size = size;
        Layers = layers;
        parts =
        [
            .. layers.Select(layer => channels[layer]).Select(from => Sequential(
                new BatchNormLayer(from, affine: false), Conv2d(from, Hidden, 3, padding: 1), ReLU(), Conv2d(Hidden, classes, 1))),
        ];
        for (int i = 0; i < parts.Length; i++)
            register_module($"part{layers[i]}", parts[i]);
    }

    /// <summary>Places of the maps that it takes.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <param name="maps">Maps of all layers, [N, C, H, W] each.</param>
    /// <returns>[N, classes, size, size].</returns>
    public override Tensor forward(IReadOnlyList<Tensor> maps)
    {
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (int i = 0; i < parts.Length; i++)
        {
            Tensor resized = functional.interpolate(
                Scores(parts[i], maps[Layers[i]]), size: [size, size], mode: InterpolationMode.Bilinear, align_corners: false);
            sum = sum is null ? resized : sum.Plus(resized);
        }

        return sum!.MoveToOuterDisposeScope();
    }

    private static Tensor Scores(Sequential part, Tensor map)
    {
        Tensor hidden = MapConvolution.Forward((Conv2d)part[1], ((BatchNormLayer)part[0]).forward(map));
        return MapConvolution.Forward((Conv2d)part[3], hidden.relu());
    }
}
