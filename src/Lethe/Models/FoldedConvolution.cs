using Lethe.Numerics;
using Lethe.Operators;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Models;

/// <summary>
/// A convolution with the batch-norm behind it folded in, by its running statistics: one operation without gradient, on a copy of the
/// weights.
/// </summary>
internal sealed class FoldedConvolution : IDisposable
{
    private readonly Tensor weight;
    private readonly Tensor bias;
    private readonly int stride;
    private readonly int padding;

    public FoldedConvolution(Conv2d convolution, BatchNormLayer norm)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        (Tensor scale, Tensor shift) = norm.RunningMap();
        weight = (convolution.weight * scale.reshape(-1, 1, 1, 1)).DetachFromDisposeScope();
        bias = shift.DetachFromDisposeScope();
        stride = (int)convolution.stride[0];
        padding = (int)convolution.padding![0];
    }

    public Tensor Forward(Tensor input) => MapConvolution.Forward(input, weight, bias, stride, padding);

    public Tensor Rectified(Tensor input, Tensor? addend)
    {
        Tensor output = Forward(input);
        return (addend is null ? output : output.Plus_(addend)).relu_();
    }

    public void Dispose()
    {
        weight.Dispose();
        bias.Dispose();
    }
}
