using Lethe.Numerics;
using Lethe.Operators;
using static TorchSharp.torch;

namespace Lethe.Umm.VolumeFactors;

/// <summary>
/// v_i = ‖∂L/∂z_e,i‖₂ + δ: the norm of the loss' gradient at the early features, as the authors' code has it. One
/// backward pass with graph.
/// </summary>
internal sealed class LossGradient : VolumeFactor
{
    /// <summary>The name in options.</summary>
    public const string Name = "loss-gradient";

    // Keeps the logarithm and the root's gradient finite where a sample has no influence on the loss. Gradients of a
    // mean over n samples are of order 1/n, so δ is far below any that matters.
    private const double Delta = 1e-12;

    /// <inheritdoc/>
    public override Tensor LogVolume(VolumeSample sample, bool differentiable)
    {
        Tensor gradient = Gradients.Of(sample.Loss.Total, [sample.Early], createGraph: differentiable, retainGraph: true)[0];
        Tensor squares = gradient.flatten(1).Squared().sum(1); // [n]
        return squares.Plus(Delta * Delta).sqrt().Plus(Delta).log();
    }
}
