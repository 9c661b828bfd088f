using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Numerics;

/// <summary>Logarithms of determinants of symmetric positive definite matrices.</summary>
internal static class LogDeterminant
{
    /// <summary>
    /// log det(I + <paramref name="scale"/>·ZᵀZ) in nats, for each matrix of a batch, with first and second derivatives.
    /// </summary>
    /// <remarks>
    /// log det(I_d + sZᵀZ) = log det(I_m + sZZᵀ), so the smaller side is factorised. The matrix is positive definite,
    /// so Cholesky serves: half the work of LU, and a failure shows that the input was no good. The gradient is
    /// 2sZ(I + sZᵀZ)⁻¹; it comes from torch's own Cholesky derivative.
    /// </remarks>
    /// <param name="Z">Shape [m, d], or [..., m, d] for a batch; float32 or float64.</param>
    /// <param name="scale">The multiple s; finite, not negative.</param>
    /// <returns>A scalar, or shape [...] for a batch.</returns>
    /// <exception cref="ArgumentException">The shape, the type or the scale cannot be used.</exception>
    /// <exception cref="TrainingException">The matrix is not finite or not positive definite in this precision.</exception>
    public static Tensor OfIdentityPlus(Tensor Z, double scale)
    {
        ArgumentNullException.ThrowIfNull(Z);
        if (Z.dim() < 2 || Z.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException($"Expected a float32 or float64 matrix [m, d] or a batch of them, found {Z.dtype} of shape "
                + $"[{string.Join(", ", Z.shape)}].", nameof(Z));
        if (!double.IsFinite(scale) || scale < 0)
            throw new ArgumentException(Invariant($"Expected a finite scale that is not negative, found {scale}."), nameof(scale));

        using var scope = NewDisposeScope();
        Tensor transposed = Z.transpose(-2, -1);
        Tensor gram = Z.size(-2) <= Z.size(-1) ? Z.matmul(transposed) : transposed.matmul(Z); // [..., r, r]
        Tensor matrix = gram.Times(scale).PlusIdentity();
        return (OfCholesky(matrix) ?? OfEigenvalues(gram, scale) ?? throw new TrainingException(
            Invariant($"log det(I + {scale:G3}·ZᵀZ) of shape [{string.Join(", ", Z.shape)}] has no Cholesky factor: Z holds NaN or ")
            + Invariant($"infinity, or is too large for {Z.dtype}. ")
            + "Lower the learning rate, look for the step at which the features stop being finite, or compute in "
            + "float64.") { Diverged = true }).MoveToOuterDisposeScope();
    }

    /// <summary>log det M in nats, for each matrix of a batch, with first and second derivatives.</summary>
    /// <param name="M">Shape [k, k], or [..., k, k] for a batch, symmetric; float32 or float64.</param>
    /// <returns>A scalar, or shape [...] for a batch.</returns>
    /// <exception cref="ArgumentException">The shape or the type cannot be used.</exception>
    /// <exception cref="TrainingException">The matrix is not finite or not positive definite in this precision.</exception>
    public static Tensor OfPositiveDefinite(Tensor M)
    {
        ArgumentNullException.ThrowIfNull(M);
        if (M.dim() < 2 || M.size(-1) != M.size(-2) || M.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException($"Expected a float32 or float64 matrix [k, k] or a batch of them, found {M.dtype} of shape "
                + $"[{string.Join(", ", M.shape)}].", nameof(M));

        using var scope = NewDisposeScope();
        return (OfCholesky(M) ?? throw new TrainingException(
            $"A matrix of shape [{string.Join(", ", M.shape)}] whose log det is needed has no Cholesky factor: it holds NaN or infinity, "
            + $"or is not positive definite in {M.dtype}. "
            + "Lower the learning rate, look for the step at which the features stop being finite, or compute in "
            + "float64.") { Diverged = true }).MoveToOuterDisposeScope();
    }

    // Where eigenvalues span more than the type has digits, I is lost in rounding and there is no factor. What is only measured is had
    // from the eigenvalues instead; null where a gradient is asked for, or the matrix is not finite.
    private static Tensor? OfEigenvalues(Tensor gram, double scale) =>
        gram.requires_grad || !gram.isfinite().all().item<bool>()
            ? null
            : linalg.eigvalsh(gram).AtLeast(0).Times(scale).log1p().sum([-1]);

    // Null where there is no factor. LAPACK need not report a NaN, so the value is looked at as well.
    private static Tensor? OfCholesky(Tensor matrix)
    {
        (Tensor factor, Tensor info) = linalg.cholesky_ex(matrix);
        Tensor value = factor.diagonal(0, -2, -1).log().sum(-1).Times(2);
        return info.count_nonzero().item<long>() == 0 && value.detach().isfinite().all().item<bool>() ? value : null;
    }
}
