using static TorchSharp.torch;

namespace Lethe.Numerics;

/// <summary>Sums over the off-diagonal of a square matrix.</summary>
public static class OffDiagonal
{
    /// <summary>Σ_{j≠l} M_jl².</summary>
    /// <param name="matrix">[k, k].</param>
    /// <returns>A scalar with gradient.</returns>
    public static Tensor SquaredSum(Tensor matrix) => matrix.square().sum() - matrix.diagonal().square().sum();
}
