using static TorchSharp.torch;

namespace Lethe.Numerics;

/// <summary>
/// Shares out rows evenly over columns (Sinkhorn and Knopp 1967; for clusters Cuturi 2013, 1306.0895, and Caron 2020, 2006.09882).
/// </summary>
internal static class SinkhornKnopp
{
    /// <summary>The codes of N rows over K columns, close to the scores but with every column used equally.</summary>
    /// <remarks>
    /// <para>
    /// Q = exp(S/ε) over its sum; then, so many times: each column scaled to a sum of 1/K, each row to 1/N; then times N. The step on
    /// rows comes last, so rows sum to 1 whenever one stops, and columns to N/K once it has converged.
    /// </para>
    /// <para>
    /// In logarithms, where nothing overflows: scaling a column to a fixed sum is a log-softmax over it, and the constants (the
    /// sum, K, N) cancel in the step that follows.
    /// </para>
    /// </remarks>
    /// <param name="scores">S, [N, K]; float32 or float64, finite.</param>
    /// <param name="epsilon">ε, positive: the smaller, the closer a code is to one column alone.</param>
    /// <param name="iterations">How often, at least 1.</param>
    /// <returns>Q, [N, K], without gradient.</returns>
    /// <exception cref="ArgumentException">The shape or a number cannot be used.</exception>
    public static Tensor Codes(Tensor scores, double epsilon, int iterations)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.dim() != 2 || scores.numel() == 0)
            throw new ArgumentException(
                $"Expected scores [N, K] of at least one row and one column, found [{string.Join(", ", scores.shape)}].", nameof(scores));
        if (!(epsilon > 0) || !double.IsFinite(epsilon))
            throw new ArgumentException(Invariant($"Expected a positive epsilon, found {epsilon}."), nameof(epsilon));
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        using IDisposable constant = no_grad();
        using var scope = NewDisposeScope();
        Tensor logarithm = scores.Over(epsilon); // [N, K]
        for (int i = 0; i < iterations; i++)
        {
            logarithm = logarithm.log_softmax(0).log_softmax(1);
        }

        return logarithm.exp().MoveToOuterDisposeScope();
    }
}
