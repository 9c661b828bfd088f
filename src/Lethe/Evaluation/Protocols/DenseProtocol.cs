using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// Dense transfer: which of ten shapes, or the background, each pixel of a generated scene belongs to, by a light head on the feature maps
/// of a layer, on those of all layers, and on those of the network fine-tuned with it; in the untrained state, the whole network from
/// scratch. Beside these, what takes no training: each cell of a layer's map labelled by the nearest cells of other scenes, and
/// <see cref="DenseStructure"/>, which takes no labels either.
/// </summary>
/// <param name="options">On how many scenes, and how to train.</param>
internal sealed class DenseProtocol(DenseProtocolOptions options) : GeneratingProtocol
{
    // What a seed is for; apart from this tag, fixed, so that all encoders see the same scenes.
    private const ulong SceneSeed = 0x4465_6E73_65;

    // Cells, a side, of the last map: fewer are too coarse to say where a shape is.
    private const int FewestCells = 8;

    // Scenes that DSE is measured on.
    private const int StructureImages = 256;

    private static readonly KnnProbeOptions neighbours = new();

    private static readonly string DefaultSize =
        $"the encoder's own size or, where that is larger, the one at which its last map has {FewestCells} × {FewestCells} cells";

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<DenseProtocolOptions>
    {
        Name = "dense",
        Title = "Dense transfer",
        Summary = "semantic segmentation of generated scenes with exact masks, by nearest cells and by a light head on frozen maps of "
            + "each and of all layers, and fine-tuning against the network from scratch; DSE, without labels",
        Images = ProtocolImages.Generated,
        Defaults = new DenseProtocolOptions(),
        Build = options => new DenseProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings() =>
        $"{options.DenseImages} generated scenes to fit, {options.DenseTestImages} others to measure, of ten shapes before patterned "
        + $"backgrounds, of {(options.DenseSize > 0 ? $"{options.DenseSize} × {options.DenseSize} pixels" : DefaultSize)}: the network "
        + "is run on them as they are. "
        + $"{NeighbourModel.Name}: maps brought to the grid of the last by means; each cell of a scene labelled by the "
        + $"{neighbours.Neighbours} nearest cells of {Math.Min(options.DenseNeighbourImages, options.DenseImages)} scenes to fit (cosine, "
        + Invariant($"votes at temperature {neighbours.Temperature}), and its pixels with it. ")
        + $"DSE: structure of the cells of {Math.Min(StructureImages, options.DenseImages)} scenes to fit, without labels "
        + "(arXiv:2510.17299), λ = 1; high is good. "
        + (options.DenseTraining ? Trained() : "No head was trained. ")
        + "Mean IoU: pixels of all scenes counted together, mean over the eleven classes.";

    private string Trained() =>
        $"A head is batch-norm, a 3×3 convolution to {SegmentationHead.Hidden} channels, ReLU and a 1×1 convolution on a layer's map, "
        + "its scores brought to the pixels bilinearly; on all layers, the sum of one for each. Cross-entropy, Adam, "
        + $"{options.FineTuneSteps} steps of {options.FineTuneBatchSize} scenes, "
        + Invariant($"{FineTuningOptions.ScheduleInWords}, learning rate {options.DenseHeadLearningRate} for heads and ")
        + Invariant($"{options.FineTuneLearningRate} for the network where it is fine-tuned; the last step counts. In the untrained state ")
        + "fine-tuning is the same network from scratch. ";

    /// <inheritdoc/>
    public override (FittingImages Fitting, ImageSet Test) Draw(
        int size, int stride, int threads, CancellationToken cancellation = default)
    {
        size = options.DenseSize > 0 ? options.DenseSize : Math.Max(size, FewestCells * stride);
        ImageSet train = SegmentationScenes.Images("train", SceneSeed, 0, options.DenseImages, size, threads, cancellation);
        return (
            new FittingImages("segmentation scenes", train, train),
            SegmentationScenes.Images("test", SceneSeed, options.DenseImages, options.DenseTestImages, size, threads, cancellation));
    }

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        int classes = SegmentationScenes.ClassNames.Count;
        using (var cells = new SceneCells(encoder))
        {
            ImageSet bank = First(options.DenseNeighbourImages), measured = First(StructureImages);
            for (int layer = 0; layer < encoder.MapChannels.Count; layer++)
            {
                int place = layer;
                string name = ResNet.LayerName(ResNet.Layers[layer]);
                yield return new NeighbourModel((scenes, token) => cells.Of(scenes, token)[place], bank, classes)
                {
                    Variant = NeighbourModel.Name, Layer = name, FitCount = bank.Count,
                };
                if (measured.Count >= DenseStructure.ImagesOfAGroup
                    && DenseStructure.Of(cells.Of(measured, cancellation)[layer], seed, cancellation) is { } structure)
                    yield return new StructureModel(structure) { Variant = StructureModel.Name, Layer = name, FitCount = measured.Count };
            }
        }

        if (!options.DenseTraining)
            yield break;
        foreach (
            SegmentationModel model in SegmentationModel.FitFrozen(
                encoder, images.Train, classes, options, seed, cancellation))
            yield return model;
        yield return SegmentationModel.FitWhole(encoder, images.Train, classes, options, seed, cancellation);

        ImageSet First(int count) =>
            images.Train.Subset(images.Train.Name, [.. Enumerable.Range(0, Math.Min(count, images.Train.Count))]);
    }
}

/// <summary>Options of <see cref="DenseProtocol"/>.</summary>
internal sealed record DenseProtocolOptions : FineTuningOptions
{
    /// <summary>The defaults: smaller batches than of images, since a scene has thousands of labelled pixels.</summary>
    public DenseProtocolOptions() => FineTuneBatchSize = 16;

    /// <summary>Generated scenes that dense transfer is fitted on.</summary>
    [Limit(AtLeast = 2, Unit = "images")]
    public int DenseImages { get; init; } = 2000;

    /// <summary>Generated scenes that dense transfer is measured on.</summary>
    [Limit(AtLeast = 1, Unit = "image")]
    public int DenseTestImages { get; init; } = 500;

    /// <summary>
    /// Height and width of the scenes of dense transfer, on which the network is run as they are; 0 takes the encoder's own size or, where
    /// that is larger, the one at which its last map has 8 × 8 cells: 64 with a small stem, 256 with a large one.
    /// </summary>
    [Limit(AtLeast = 16, Unit = "pixels", Zero = "to choose by the encoder")]
    public int DenseSize { get; init; }

    /// <summary>Scenes, of those fitted on, in which the nearest cells are looked for.</summary>
    [Limit(AtLeast = 1, Unit = "image")]
    public int DenseNeighbourImages { get; init; } = 500;

    /// <summary>
    /// Whether heads are trained, and the network with one. Without, dense transfer is nearest cells and DSE, and short enough for
    /// --every-checkpoint.
    /// </summary>
    public bool DenseTraining { get; init; } = true;

    /// <summary>Peak learning rate of the heads of dense transfer.</summary>
    [Limit(Above = 0)]
    public double DenseHeadLearningRate { get; init; } = 0.01;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() =>
        this with { DenseImages = 100, DenseTestImages = 50, FineTuneSteps = QuickSteps };
}
