using Lethe.Operators;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// One residual block (He 2016, 1512.03385): two 3×3 convolutions, or 1×1, 3×3, 1×1 with four times the channels at
/// the end (a bottleneck; the stride sits on the 3×3, as in torchvision). Parameters carry torchvision's names.
/// </summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d[] convolutions;
    private readonly BatchNormLayer[] norms;
    private readonly Sequential? downsample;

    public ResidualBlock(int inputChannels, int channels, int stride, bool bottleneck, bool zeroInit)
        : base(nameof(ResidualBlock))
    {
        OutputChannels = bottleneck ? 4 * channels : channels;
        convolutions = bottleneck
            ?
            [
                Conv2d(inputChannels, channels, 1, bias: false),
                Conv2d(channels, channels, 3, stride, 1, bias: false),
                Conv2d(channels, OutputChannels, 1, bias: false),
            ]
            :
            [
                Conv2d(inputChannels, channels, 3, stride, 1, bias: false),
                Conv2d(channels, channels, 3, 1, 1, bias: false),
            ];
        norms = [.. convolutions.Select(convolution => new BatchNormLayer((int)convolution.out_channels))];
        for (int i = 0; i < convolutions.Length; i++)
        {
            register_module($"conv{i + 1}", convolutions[i]);
            register_module($"bn{i + 1}", norms[i]);
        }

        if (zeroInit)
            init.zeros_(norms[^1].Scale!);
        if (stride != 1 || inputChannels != OutputChannels)
        {
            downsample = Sequential(
                ("0", Conv2d(inputChannels, OutputChannels, 1, stride, bias: false)),
                ("1", new BatchNormLayer(OutputChannels)));
            register_module("downsample", downsample);
        }
    }

    public int OutputChannels { get; }

    /// <summary>Each convolution of the branch and the batch-norm behind it, first to last; ReLU follows all but the last.</summary>
    internal IReadOnlyList<(Conv2d Convolution, BatchNormLayer Norm)> Branch => [.. convolutions.Zip(norms)];

    /// <summary>The convolution of the shortcut and its batch-norm; null where the input itself is added.</summary>
    internal (Conv2d Convolution, BatchNormLayer Norm)? Shortcut =>
        downsample is null ? null : ((Conv2d)downsample[0], (BatchNormLayer)downsample[1]);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        NormalisedMap? source = null;
        return Forward(
            input,
            (i, x, addend) =>
                norms[i].Normalise(MapConvolution.Forward(convolutions[i], x, source), addend, rectify: true, consume: true, out source),
            downsample is null
                ? null
                : x => ((BatchNormLayer)downsample[1]).Normalise(
                    MapConvolution.Forward((Conv2d)downsample[0], x), addend: null, rectify: false, consume: true));
    }

    /// <summary>The block as a function, in evaluation mode as it stands, with batch-norm folded into copies of its convolutions.</summary>
    /// <param name="copies">Where to put the copies, which the caller disposes.</param>
    /// <returns>A function of feature maps, without gradient.</returns>
    public Func<Tensor, Tensor> Fold(List<FoldedConvolution> copies)
    {
        FoldedConvolution[] branch = [.. convolutions.Zip(norms, (convolution, norm) => new FoldedConvolution(convolution, norm))];
        FoldedConvolution? shortcut = downsample is null ? null : new FoldedConvolution(
            (Conv2d)downsample[0], (BatchNormLayer)downsample[1]);
        copies.AddRange(branch);
        if (shortcut is not null)
            copies.Add(shortcut);
        return input => Forward(input, (i, x, addend) => branch[i].Rectified(x, addend), shortcut is null ? null : shortcut.Forward);
    }

    // The shortcut is made first, since the last step of the branch adds it.
    private Tensor Forward(Tensor input, Func<int, Tensor, Tensor?, Tensor> step, Func<Tensor, Tensor>? shortcut)
    {
        using var scope = NewDisposeScope();
        Tensor around = shortcut is null ? input : shortcut(input), x = input;
        for (int i = 0; i < convolutions.Length; i++)
            x = step(i, x, i == convolutions.Length - 1 ? around : null);
        return x.MoveToOuterDisposeScope();
    }
}
