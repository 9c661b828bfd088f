using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Umm.VolumeFactors;

/// <summary>
/// v_i = ‖J_i‖_F, estimated as (1/q · Σ_k ‖J_iᵀ·w_k‖²)^½ with w_k of independent signs (Hutchinson 1990).
/// </summary>
/// <remarks>
/// J_i = ∂h_i/∂z_e,i, [d, D], with batch-norm in evaluation mode; the w_k are drawn anew in each step and are the same for all samples of
/// a batch. The square is unbiased. q vector–Jacobian products.
/// </remarks>
/// <param name="probes">q.</param>
internal sealed class JacobianNorm(int probes) : VolumeFactor
{
    /// <summary>The name in options.</summary>
    public const string Name = "jacobian-norm";

    // Keeps the logarithm finite where no unit answers to a sample; the square of LossGradient's δ.
    private const double Smallest = 1e-24;

    /// <inheritdoc/>
    public override Tensor LogVolume(VolumeSample sample, bool differentiable)
    {
        Tensor rows = JacobianRows.Of(
            sample, (dimension, random) => JacobianRows.Gaussian(probes, dimension, random).sign(), differentiable);
        return rows.Squared().sum([1, 2]).Over(probes).Plus(Smallest).log().Over(2);
    }
}
