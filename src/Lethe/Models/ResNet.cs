using Lethe.Operators;
using Lethe.Ranks;
using Lethe.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// A residual network without classifier (He 2016, 1512.03385), whose parameters carry torchvision's names. It can be
/// run whole, up to a <see cref="SplitPoint"/>, or from one.
/// </summary>
/// <remarks>
/// What lies between input and output is let go of as soon as the output is there: the graph keeps what its backward needs, and
/// frees it part by part while backward runs. Tensors that are returned belong to the dispose scope that is open, or to the caller where
/// none is. Of one thread at a time: in training mode a pass moves the running statistics of batch-norm. Maps are float32, or float64 where
/// the parameters are, and lie on the device of the parameters.
/// </remarks>
public sealed class ResNet : Module<Tensor, Tensor>
{
    /// <summary>The parts whose outputs are diagnosed, first to last.</summary>
    public static readonly IReadOnlyList<SplitPoint> Layers =
        [SplitPoint.Stem, SplitPoint.Layer1, SplitPoint.Layer2, SplitPoint.Layer3, SplitPoint.Layer4];

    /// <summary>Names that <see cref="ParseSplit"/> takes: all but the last, after which nothing would be left to train.</summary>
    internal static readonly IReadOnlyList<string> SplitNames = [.. LayerNames.Backbone.SkipLast(1)];

    /// <summary>Blocks of each stage, and whether they are bottlenecks, of each of <see cref="BackboneOptions.Names"/>.</summary>
    internal static readonly IReadOnlyDictionary<string, (IReadOnlyList<int> Blocks, bool Bottleneck)> Depths =
        new Dictionary<string, (IReadOnlyList<int> Blocks, bool Bottleneck)>
        {
            ["resnet10"] = ([1, 1, 1, 1], false),
            ["resnet18"] = ([2, 2, 2, 2], false),
            ["resnet18-cntk"] = ([2, 2, 2, 3], false),
            ["resnet34"] = ([3, 4, 6, 3], false),
            ["resnet50"] = ([3, 4, 6, 3], true),
            ["resnet101"] = ([3, 4, 23, 3], true),
            ["resnet152"] = ([3, 8, 36, 3], true),
        };

    // torchvision's name of what follows the pooling, so that all formats under its names carry a whitening as their linear layer.
    private const string WhiteningName = "fc";

    /// <summary>Names of the tensors of a whitening.</summary>
    internal static readonly IReadOnlyList<string> WhiteningTensors = [WhiteningName + ".weight", WhiteningName + ".bias"];

    private readonly Module<Tensor, Tensor>[] parts;
    private readonly int[] channels;

    /// <summary>Creates a network with fresh weights: He-normal convolutions, batch-norm at scale 1.</summary>
    /// <param name="options">Kind, width and stem.</param>
    /// <param name="inputChannels">1 for grey images, 3 for colour.</param>
    /// <param name="imageSize">Height and width of the images, in pixels; chooses the stem where it is auto.</param>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <remarks>Weights are drawn from torch's own generator, so <c>manual_seed</c> decides them.</remarks>
    public ResNet(BackboneOptions options, int inputChannels, int imageSize)
        : base(nameof(ResNet))
    {
        options.Validate();
        options = options with { Width = options.FirstChannels() };
        Options = options;
        InputChannels = inputChannels;
        ImageSize = imageSize;
        bool large = options.Stem == "large" || (options.Stem == "auto" && imageSize >= 96);
        (IReadOnlyList<int> blocks, bool bottleneck) = Depths[options.Backbone];

        Conv2d conv1 = large
            ? Conv2d(inputChannels, options.Width, 7, 2, 3, bias: false)
            : Conv2d(inputChannels, options.Width, 3, 1, 1, bias: false);
        var bn1 = new BatchNormLayer(options.Width);
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        parts = new Module<Tensor, Tensor>[5];
        channels = new int[5];
        parts[0] = new Stem(conv1, bn1, pooled: large);
        channels[0] = options.Width;
        int current = options.Width;
        for (int stage = 0; stage < 4; stage++)
        {
            var stageBlocks = new List<(string, Module<Tensor, Tensor>)>();
            for (int i = 0; i < blocks[stage]; i++)
            {
                var block = new ResidualBlock(
                    current, options.Width << stage, stage > 0 && i == 0 ? 2 : 1, bottleneck, options.ZeroInitResidual);
                stageBlocks.Add(($"{i}", block));
                current = block.OutputChannels;
            }

            parts[stage + 1] = Sequential(stageBlocks);
            channels[stage + 1] = current;
            register_module($"layer{stage + 1}", parts[stage + 1]);
        }

        foreach (Module module in modules())
        {
            if (module is Conv2d convolution)
                init.kaiming_normal_(convolution.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        }
    }

    /// <summary>The options that the network was made with.</summary>
    public BackboneOptions Options { get; }

    /// <summary>1 for grey images, 3 for colour.</summary>
    public int InputChannels { get; }

    /// <summary>Height and width of the images that the stem was chosen for, in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>The stem that it has, whichever was asked for: small or large.</summary>
    internal string StemName => ((Stem)parts[0]).IsPooled ? "large" : "small";

    /// <summary>
    /// A linear map behind the pooling of the last layer, as <c>--remedy whiten</c> puts it there; null where there is none. It is what
    /// makes the features that are used; a projector takes those before it, which it was trained on.
    /// </summary>
    internal WhiteningLayer? Whitening { get; private set; }

    /// <summary>How the batches that it is given are shared out to ranks; null where it is given whole ones.</summary>
    internal BatchShare? Share { get; set; }

    /// <summary>Pixels of an image, a side, that one cell of the last map stands for.</summary>
    internal int Stride => ((Stem)parts[0]).IsPooled ? 32 : 8;

    /// <summary>d, the number of features of an image after the last layer.</summary>
    public int FeatureDimension => channels[^1];

    /// <summary>The name of a layer, as in reports and options: stem, layer1 to layer4.</summary>
    /// <param name="layer">A point after a part.</param>
    /// <returns>The name.</returns>
    public static string LayerName(SplitPoint layer) => LayerNames.Of(layer);

    /// <summary>The split point of a name.</summary>
    /// <param name="name">stem, layer1, layer2 or layer3.</param>
    /// <returns>The point.</returns>
    /// <exception cref="InvalidOptionException">No such layer, or nothing would be left to train after it.</exception>
    public static SplitPoint ParseSplit(string name)
    {
        int index = SplitNames.ToList().IndexOf(name);
        return index >= 0
            ? Layers[index]
            : throw new InvalidOptionException($"--split '{name}' is not a layer to split after. Use stem, layer1, layer2 or layer3.");
    }

    /// <summary>Pooled features of images.</summary>
    /// <param name="input">[N, C, H, W], N at least 1, normalised; C as <see cref="InputChannels"/>.</param>
    /// <returns>[N, d], means over all places of the last map, whitened where the encoder is; not normalised.</returns>
    /// <exception cref="ArgumentException">The images have another shape or type, are on another device, or have been disposed.</exception>
    public override Tensor forward(Tensor input) => ForwardFrom(SplitPoint.Input, input);

    /// <summary>Pooled features from what a layer gave.</summary>
    /// <param name="from">Where <paramref name="input"/> was taken; after the last layer nothing is left but the mean.</param>
    /// <param name="input">
    /// Feature map at that point, [N, C, H, W], N at least 1: C as <see cref="Channels"/> says, or the images' own.
    /// </param>
    /// <returns>
    /// [N, d], means over all places of the last map, whitened where the encoder is; not normalised. With gradient where one is recorded;
    /// <paramref name="input"/> is not disposed.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The map does not fit the next part: channels, type or device differ, there is no image, or it has been disposed. After the last
    /// layer no part checks, and torch refuses what has no four dimensions.
    /// </exception>
    public Tensor ForwardFrom(SplitPoint from, Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor map = input;
        for (int i = (int)from; i < parts.Length; i++)
        {
            map = parts[i].forward(map);
        }

        Tensor pooled = Whitened(map.mean([2, 3])); // [N, d]
        return (Share is null ? pooled : RankOperations.Gather(Share, pooled)).MoveToOuterDisposeScope();
    }

    /// <summary>The feature map at a point.</summary>
    /// <param name="to">The last part to run.</param>
    /// <param name="images">[N, C, H, W], normalised.</param>
    /// <returns>[N, C′, H′, W′]; <paramref name="images"/> itself where no part is to run.</returns>
    /// <exception cref="ArgumentException">The images do not fit the network.</exception>
    public Tensor ForwardTo(SplitPoint to, Tensor images)
    {
        if (to == SplitPoint.Input)
            return images;
        using var scope = NewDisposeScope();
        Tensor map = images;
        for (int i = 0; i < (int)to; i++)
        {
            map = parts[i].forward(map);
        }

        return map.MoveToOuterDisposeScope();
    }

    /// <summary>Puts a whitening behind the pooling, the identity at first, or takes it away.</summary>
    /// <param name="whitens">Whether there is to be one.</param>
    internal void PlaceWhitening(bool whitens)
    {
        if (whitens == Whitening is not null)
            return;
        WhiteningLayer? former = Whitening;
        Whitening = whitens ? new WhiteningLayer(FeatureDimension, parameters().First()) : null;

        // Nothing registered under a name takes it away.
        register_module(WhiteningName, Whitening!);
        former?.Dispose();
    }

    /// <summary>Pooled features of the last layer as they leave the encoder.</summary>
    /// <param name="pooled">[N, d].</param>
    /// <returns>[N, d]; the same tensor where nothing is whitened.</returns>
    internal Tensor Whitened(Tensor pooled) => Whitening is null ? pooled : Whitening.forward(pooled);

    /// <summary>
    /// Pools the map of a layer to d numbers: it is averaged over a grid of d / C cells (2×4 after stem and layer1, 2×2, 1×2 and 1×1 after
    /// the rest of a network of basic blocks), so that coding rates and probes of different layers compare at equal dimension. Nothing is
    /// whitened.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="map">Its feature map, [N, C′, H′, W′].</param>
    /// <returns>[N, d].</returns>
    public Tensor Pool(SplitPoint layer, Tensor map)
    {
        (int rows, int columns) = PoolGrid(layer);
        return functional.adaptive_avg_pool2d(map, ((long)rows, (long)columns)).flatten(1); // [N, d]
    }

    /// <summary>The grid of cells that <see cref="Pool"/> averages the map of a layer over.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>Rows and columns, whose product times the layer's channels is d.</returns>
    internal (int Rows, int Columns) PoolGrid(SplitPoint layer)
    {
        int cells = FeatureDimension / channels[(int)layer - 1];
        int rows = 1 << (int.Log2(cells) / 2);
        return (rows, cells / rows);
    }

    /// <summary>Channels of the feature map of each of <see cref="Layers"/>.</summary>
    public IReadOnlyList<int> Channels => channels;

    /// <summary>The feature map of every layer, not pooled.</summary>
    /// <param name="images">[N, C, H, W], normalised.</param>
    /// <returns>One [N, C′, H′, W′] for each of <see cref="Layers"/>, with as many channels as <see cref="Channels"/> says.</returns>
    public IReadOnlyList<Tensor> ForwardMaps(Tensor images)
    {
        var maps = new Tensor[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            maps[i] = parts[i].forward(i == 0 ? images : maps[i - 1]);
        return maps;
    }

    /// <summary>Multiplications with additions of the convolutions between two points, for one image of <see cref="ImageSize"/>.</summary>
    /// <param name="from">The point before the first of them.</param>
    /// <param name="to">The point after the last.</param>
    /// <returns>Their number, passes back not counted.</returns>
    internal double MultiplyAdds(SplitPoint from, SplitPoint to)
    {
        double sum = 0;
        long side = ImageSize;
        for (int i = 0; i < (int)to; i++)
        {
            double part = 0;
            if (parts[i] is Stem stem)
            {
                part += Run(stem.Parts.Convolution, ref side);
                side = stem.IsPooled ? (side + 1) / 2 : side;
            }
            else
            {
                foreach (ResidualBlock block in ((Sequential)parts[i]).children().Cast<ResidualBlock>())
                {
                    long around = side;
                    foreach ((Conv2d convolution, _) in block.Branch)
                        part += Run(convolution, ref side);
                    if (block.Shortcut is { } shortcut)
                        part += Run(shortcut.Convolution, ref around);
                }
            }

            sum += i >= (int)from ? part : 0;
        }

        return sum;

        // Padded by half of its size, so that a map's side is divided by the stride and rounded up.
        static double Run(Conv2d convolution, ref long side)
        {
            long stride = convolution.stride[0];
            side = (side + stride - 1) / stride;
            return (double)convolution.weight.numel() * side * side;
        }
    }

    /// <summary>The parts that run up to a point.</summary>
    /// <param name="split">The point.</param>
    /// <returns>The modules that <see cref="ForwardTo"/> runs.</returns>
    internal IReadOnlyList<Module<Tensor, Tensor>> PartsUpTo(SplitPoint split) => parts[..(int)split];
}
