using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Evaluation.Protocols;

/// <summary>Scores of the classes of pixels from feature maps: batch-norm and a 1×1 convolution for each map, resized to the pixels and summed.</summary>
internal sealed class SegmentationHead : Module<IReadOnlyList<Tensor>, Tensor>
{
    private readonly int size;
    private readonly BatchNorm2d[] norms;
    private readonly Conv2d[] convolutions;

    /// <param name="layers">Which of the maps it takes.</param>
    /// <param name="channels">Channels of each of all maps.</param>
    /// <param name="classes">Classes of pixels.</param>
    /// <param name="size">Height and width of the images.</param>
    public SegmentationHead(IReadOnlyList<int> layers, IReadOnlyList<int> channels, int classes, int size)
        : base(nameof(SegmentationHead))
    {
        this.size = size;
        Layers = layers;
        norms = [.. layers.Select(layer => BatchNorm2d(channels[layer], affine: false))];
        convolutions = [.. layers.Select(layer => Conv2d(channels[layer], classes, 1))];
        for (int i = 0; i < norms.Length; i++)
        {
            init.zeros_(convolutions[i].weight);
            init.zeros_(convolutions[i].bias);
            register_module($"norm{layers[i]}", norms[i]);
            register_module($"convolution{layers[i]}", convolutions[i]);
        }
    }

    /// <summary>Places of the maps that it takes.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <param name="maps">Maps of all layers, [N, C, H, W] each.</param>
    /// <returns>[N, classes, size, size].</returns>
    public override Tensor forward(IReadOnlyList<Tensor> maps)
    {
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (int i = 0; i < norms.Length; i++)
        {
            Tensor scores = convolutions[i].forward(norms[i].forward(maps[Layers[i]]));
            Tensor resized = functional.interpolate(scores, size: [size, size], mode: InterpolationMode.Bilinear, align_corners: false);
            sum = sum is null ? resized : sum + resized;
        }

        return sum!.MoveToOuterDisposeScope();
    }
}
