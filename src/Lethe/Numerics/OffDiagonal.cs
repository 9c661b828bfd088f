using static TorchSharp.torch;

namespace Lethe.Numerics;

/// <summary>What lies beside the diagonal of a square matrix.</summary>
internal static class OffDiagonal
{
    /// <summary>Σ_{j≠k} C_jk², with its gradient.</summary>
    /// <remarks>
    /// The diagonal is never read, rather than subtracted afterwards: it may be orders of magnitude larger than the rest.
    /// </remarks>
    /// <param name="C">Shape [k, k].</param>
    /// <returns>A scalar; 0 where k is 1.</returns>
    /// <exception cref="ArgumentException">The matrix is not square or empty.</exception>
    public static Tensor SquaredSum(Tensor C)
    {
        ArgumentNullException.ThrowIfNull(C);
        if (C.dim() != 2 || C.size(0) != C.size(1) || C.size(0) == 0)
            throw new ArgumentException($"Expected a square matrix [k, k], found shape [{string.Join(", ", C.shape)}].", nameof(C));

        using var scope = NewDisposeScope();
        long k = C.size(0);

        // Without its last element the matrix in memory is k − 1 rows of k + 1, each of which starts on the diagonal.
        Tensor beside = C.reshape(k * k).narrow(0, 0, k * k - 1).view(k - 1, k + 1).narrow(1, 1, k); // [k - 1, k]
        return beside.Squared().sum().MoveToOuterDisposeScope();
    }
}
