using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// Brings features to mean 0 and deviation 1 of the rows that are fitted on; a feature that is constant there takes no part.
/// </summary>
/// <param name="Mean">What is taken off, [d].</param>
/// <param name="Scale">What is multiplied with then, [d]; 0 for a constant feature.</param>
internal sealed record Standardisation(Tensor Mean, Tensor Scale)
{
    // Below this deviation relative to the mean a float32 feature is rounding noise around a constant.
    private const double SmallestDeviation = 1e-6;

    /// <summary>That of some rows. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="features">[n, d].</param>
    public static Standardisation Of(Tensor features)
    {
        Tensor mean = features.mean([0]); // [d]
        Tensor deviation = (features - mean).Squared().mean([0]).sqrt();
        Tensor constant = deviation.le(mean.abs().Times(SmallestDeviation));
        return new Standardisation(mean, where(constant, zeros_like(deviation), deviation.reciprocal()));
    }

    /// <summary>Applies it to rows, [m, d].</summary>
    public Tensor Apply(Tensor features) => (features - Mean) * Scale;
}
