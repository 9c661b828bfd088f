using Lethe.Operators;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// What a residual network begins with: a convolution, batch-norm and ReLU, and where images are large max pooling. The network registers
/// the parts under torchvision's names.
/// </summary>
internal sealed class Stem : Module<Tensor, Tensor>
{
    private readonly Conv2d convolution;
    private readonly BatchNormLayer norm;
    private readonly bool pooled;

    public Stem(Conv2d convolution, BatchNormLayer norm, bool pooled)
        : base(nameof(Stem))
    {
        this.convolution = convolution;
        this.norm = norm;
        this.pooled = pooled;
        RegisterComponents();
    }

    /// <summary>The convolution, and the batch-norm behind it.</summary>
    internal (Conv2d Convolution, BatchNormLayer Norm) Parts => (convolution, norm);

    /// <summary>Whether max pooling ends it: 3×3 of stride 2, padded by 1.</summary>
    internal bool IsPooled => pooled;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Pooled(norm.Normalise(MapConvolution.Forward(convolution, input), addend: null, rectify: true, consume: true))
            .MoveToOuterDisposeScope();
    }

    /// <summary>The stem as a function, in evaluation mode as it stands, with batch-norm folded into a copy of its convolution.</summary>
    /// <param name="copies">Where to put the copy, which the caller disposes.</param>
    /// <returns>A function of images, without gradient.</returns>
    public Func<Tensor, Tensor> Fold(List<FoldedConvolution> copies)
    {
        var folded = new FoldedConvolution(convolution, norm);
        copies.Add(folded);
        return input => Pooled(folded.Rectified(input, addend: null));
    }

    private Tensor Pooled(Tensor map) => pooled ? functional.max_pool2d(map, [3, 3], [2, 2], [1, 1]) : map;
}
