using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Numerics;

/// <summary>Linear maps after which the columns of a matrix are uncorrelated and of variance one.</summary>
internal static class Whitening
{
    /// <summary>
    /// L⁻¹(row − mean) for each row, where LLᵀ = (1 − ε)·covariance + εI and the covariance is over m − 1; with first and
    /// second derivatives through the mean, the covariance and the factor.
    /// </summary>
    /// <remarks>
    /// With ε = 0 the result has covariance I. An affine map of the rows turns the result by a rotation, none if the map is
    /// lower triangular with a positive diagonal, as are scales and shifts of the columns: those leave it as it is.
    /// </remarks>
    /// <param name="rows">Shape [m, k], m &gt; k; float32 or float64.</param>
    /// <param name="epsilon">ε, in [0, 1].</param>
    /// <param name="place">Whose rows they are, for the message, as "sub-batch 2 of 4, first view".</param>
    /// <returns>Shape [m, k].</returns>
    /// <exception cref="ArgumentException">The shape, the type or ε cannot be used.</exception>
    /// <exception cref="TrainingException">The rows are not finite, or some column depends on the others in this precision.</exception>
    public static Tensor Cholesky(Tensor rows, double epsilon, string place)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.dim() != 2 || rows.size(0) < 2 || rows.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException($"Expected a float32 or float64 matrix [m, k] of at least two rows, found {rows.dtype} of shape "
                + $"[{string.Join(", ", rows.shape)}].", nameof(rows));
        if (epsilon is not (>= 0 and <= 1))
            throw new ArgumentException(Invariant($"Expected an epsilon between 0 and 1, found {epsilon}."), nameof(epsilon));

        using var scope = NewDisposeScope();
        long m = rows.size(0), k = rows.size(1);
        Tensor centred = rows - rows.mean([0], keepdim: true); // [m, k]
        Tensor covariance = centred.t().mm(centred).Over(m - 1); // [k, k]
        if (epsilon > 0)
            covariance = covariance.Times(1 - epsilon).PlusIdentity(epsilon);
        (Tensor factor, Tensor info) = linalg.cholesky_ex(covariance);

        // A squared pivot is what the columns before leave of a variance. Below the rounding of that variance it is noise,
        // and whitening would blow the noise up to variance one. The comparison is also false for NaN, as LAPACK's info may not be.
        double rounding = k * (rows.dtype == ScalarType.Float32 ? Math.ScaleB(1, -23) : Math.ScaleB(1, -52));
        Tensor sound = factor.detach().diagonal().Squared() > covariance.detach().diagonal().Times(rounding);
        if (info.count_nonzero().item<long>() != 0 || !sound.all().item<bool>())
        {
            bool finite = rows.detach().isfinite().all().item<bool>();
            throw new TrainingException(
                $"The covariance of {place} has no Cholesky factor: " + (finite
                ? $"among {m} rows some of {k} columns depend on the others. Raise --whitening-epsilon (1e-3, say), or raise "
                    + "--whitening-batch and with it --batch-size."
                : "its rows hold NaN or infinity. Lower --learning-rate or lengthen --warm-up.")) { Diverged = !finite };
        }

        return linalg.solve_triangular(factor, centred.t(), upper: false).t().MoveToOuterDisposeScope(); // [m, k]
    }

    /// <summary>
    /// The symmetric whitening (ZCA) of rows: (row − mean)·Σ^(−½), where Σ = (1 − ε)·covariance + ε·(mean variance)·I and the covariance is
    /// over m − 1.
    /// </summary>
    /// <remarks>
    /// Of all whitenings it moves the centred rows least. The spherical part is in the unit of the rows, so that a scale of theirs cancels.
    /// </remarks>
    /// <param name="rows">Shape [m, k], m at least 2, of any type of numbers with decimals.</param>
    /// <param name="epsilon">ε, above 0 and at most 1: it bounds what rare directions are stretched by.</param>
    /// <returns>The mean, [k], and Σ^(−½), [k, k], symmetric and positive definite; both in double precision on the processor.</returns>
    /// <exception cref="ArgumentException">The shape or ε cannot be used.</exception>
    /// <exception cref="DataException">The rows are not finite, or all equal.</exception>
    public static (Tensor Mean, Tensor Matrix) Zca(Tensor rows, double epsilon)
    {
        if (rows.dim() != 2 || rows.size(0) < 2)
            throw new ArgumentException(
                $"Expected a matrix [m, k] of at least two rows, found [{string.Join(", ", rows.shape)}].", nameof(rows));
        if (epsilon is not (> 0 and <= 1))
            throw new ArgumentException(Invariant($"Expected an epsilon above 0 and at most 1, found {epsilon}."), nameof(epsilon));
        using var scope = NewDisposeScope();
        Tensor precise = rows.detach().cpu().to(ScalarType.Float64), mean = precise.mean([0]);
        Tensor centred = precise - mean; // [m, k]
        Tensor covariance = centred.t().mm(centred).Over(rows.size(0) - 1); // [k, k]
        double variance = covariance.diagonal().mean().item<double>();
        if (!double.IsFinite(variance) || variance <= 0)
        {
            throw new DataException(
                "There is no whitening of these features: " + (variance == 0 ? "those of all images are equal." : "they are not finite."));
        }

        (Tensor values, Tensor vectors) = linalg.eigh(covariance.Times(1 - epsilon).PlusIdentity(epsilon * variance));
        Tensor matrix = (vectors * values.rsqrt()).mm(vectors.t()); // [k, k]
        return (mean.MoveToOuterDisposeScope(), matrix.MoveToOuterDisposeScope());
    }
}
