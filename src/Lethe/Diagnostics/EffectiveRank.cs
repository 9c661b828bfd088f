using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>How many dimensions features use.</summary>
internal static class EffectiveRank
{
    private const double Floor = 1e-7;

    /// <summary>RankMe of all views together.</summary>
    public static FeatureMeasure Entry { get; } = new()
    {
        Name = "rankMe", Flag = "rankme", Title = "RankMe", Measured = views => RankMe(views.reshape(-1, views.size(-1))),
    };

    /// <summary>
    /// RankMe: exp(−Σ p log p) with p = σ/Σσ + 1e-7 over the singular values σ of the raw features, neither centred nor normalised.
    /// Source: Garrido, Balestriero, Najman and LeCun 2023, arXiv:2210.02885.
    /// </summary>
    /// <param name="features">Shape [N, d]; N well above d, or the number of rows limits the rank.</param>
    /// <returns>About 1 (one direction, or nothing but zeros) to min(N, d).</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double RankMe(Tensor features)
    {
        FeatureCheck.Matrix(features, nameof(features));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor singular = linalg.svdvals(Magnitude.Tamed(features).Features); // [min(N, d)]
        double total = singular.sum().Value();
        Tensor p = (total > 0 ? singular.Over(total) : singular).Plus(Floor);
        return Math.Exp(-(p * p.log()).sum().Value());
    }

    /// <summary>
    /// Standard deviation over rows of each feature of the L2-normalised rows, averaged over features: an indicator of collapse.
    /// Source: Chen and He 2021, arXiv:2011.10566, Figure 2.
    /// </summary>
    /// <param name="features">Shape [N, d].</param>
    /// <returns>0 where all rows point one way; 1/√d where they spread over the sphere.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double NormalisedDeviation(Tensor features)
    {
        FeatureCheck.Matrix(features, nameof(features));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor rows = Magnitude.UnitRows(features, ScalarType.Float64);
        return (rows - rows.mean([0])).Squared().mean([0]).sqrt().mean().Value();
    }
}
