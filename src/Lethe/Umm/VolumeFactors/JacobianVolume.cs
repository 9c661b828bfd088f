using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Umm.VolumeFactors;

/// <summary>
/// v_i = det(S·J_i·J_iᵀ·Sᵀ + δI)^½: the factor of the coarea formula of the late layers, seen in q random dimensions.
/// </summary>
/// <remarks>
/// J_i = ∂h_i/∂z_e,i, [d, D], with batch-norm in evaluation mode; S: [q, d], orthonormal rows, uniform and drawn anew in each step, the
/// same for all samples of a batch. With q = d it is det(J_i·J_iᵀ)^½ but for δ. q vector–Jacobian products.
/// </remarks>
/// <param name="probes">q; where the features have fewer dimensions, that many.</param>
/// <param name="floor">δ, positive.</param>
internal sealed class JacobianVolume(int probes, double floor) : VolumeFactor
{
    /// <summary>The name in options.</summary>
    public const string Name = "jacobian-volume";

    /// <inheritdoc/>
    public override Tensor LogVolume(VolumeSample sample, bool differentiable)
    {
        Tensor rows = JacobianRows.Of(sample, Orthonormal, differentiable); // [n, q, D]
        Tensor gram = rows.bmm(rows.transpose(1, 2)); // [n, q, q]
        return LogDeterminant.OfPositiveDefinite(gram.PlusIdentity(floor)).Over(2);
    }

    // The factor Q of a Gaussian matrix spans a uniform subspace, and a determinant does not depend on the basis within it.
    private Tensor Orthonormal(int dimension, RandomStream random) =>
        linalg.qr(JacobianRows.Gaussian(dimension, Math.Min(probes, dimension), random)).Q.t(); // [q, d]
}
