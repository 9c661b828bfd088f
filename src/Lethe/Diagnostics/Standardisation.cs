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
        Standardisation found = OfTame(features);
        Tensor tame = Magnitude.TameColumns(features); // [d]
        return tame.all().item<bool>() ? found : found.Except(tame, features);
    }

    /// <summary>Applies it to rows, [m, d].</summary>
    public Tensor Apply(Tensor features) => Apply(features, Mean, Scale);

    /// <summary>(x − mean)·scale of rows, [m, d]; x·scale − mean·scale where the difference could overflow.</summary>
    internal static Tensor Apply(Tensor features, Tensor mean, Tensor scale)
    {
        if (Magnitude.CanBeSubtracted(features) && Magnitude.CanBeSubtracted(mean))
            return (features - mean) * scale;
        Tensor wide = scale.to(ScalarType.Float64);
        return (features.to(ScalarType.Float64) * wide - mean.to(ScalarType.Float64) * wide).to(features.dtype);
    }

    private static Standardisation OfTame(Tensor features)
    {
        Tensor mean = features.mean([0]); // [d]
        Tensor deviation = (features - mean).Squared().mean([0]).sqrt();
        Tensor constant = deviation.le(mean.abs().Times(SmallestDeviation));
        return new Standardisation(mean, where(constant, zeros_like(deviation), deviation.reciprocal()));
    }

    // Columns whose squares overflow or vanish, each in units of its largest number.
    private Standardisation Except(Tensor tame, Tensor features)
    {
        Tensor most = Magnitude.Columns(features), unit = where(most.eq(zeros_like(most)), ones_like(most), most); // [d]
        Standardisation inUnits = OfTame(features.to(ScalarType.Float64) / unit);

        // Of the smallest numbers that a type knows there may be no reciprocal: such a column counts as constant.
        Tensor scale = (inUnits.Scale / unit).to(features.dtype);
        return new Standardisation(
            where(tame, Mean, (inUnits.Mean * unit).to(features.dtype)),
            where(tame, Scale, where(scale.isfinite(), scale, zeros_like(scale))));
    }
}
