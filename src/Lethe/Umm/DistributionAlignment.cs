using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>
/// The divergence of the density that the late layers carry from the early layer's empirical distribution, which is
/// uniform over the rows of the batch.
/// </summary>
internal static class DistributionAlignment
{
    /// <summary>
    /// JS(p ‖ u) = H(M) − ½H(p) − ½ log n, with p = softmax(−s), u = 1/n, M = (p + u)/2: the density at a sample is
    /// inversely proportional to its volume factor.
    /// </summary>
    /// <param name="logVolume">s, the logarithm of each sample's volume factor, [n].</param>
    /// <returns>A scalar with gradient, in nats, in [0, log 2); zero exactly when all volume factors are equal.</returns>
    public static Tensor JensenShannonToUniform(Tensor logVolume)
    {
        if (logVolume.dim() != 1 || logVolume.shape[0] < 2)
            throw new ArgumentException("Expected one log volume for each of at least 2 samples, [n], found "
                + $"[{string.Join(", ", logVolume.shape)}].", nameof(logVolume));
        double logCount = Math.Log(logVolume.shape[0]);
        Tensor logDensity = (-logVolume).log_softmax(0); // [n]

        // Relative to uniform, r = n·p, which is 1 where nothing is memorised: small divergences keep their digits.
        Tensor relative = logDensity.Plus(logCount).exp();
        Tensor middle = relative.Plus(1).Over(2);
        Tensor logMiddle = middle.log();
        return ((relative * (logDensity.Plus(logCount) - logMiddle)).mean() - logMiddle.mean()).Over(2);
    }
}
