using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// α-ReQ: how fast the spectrum of features decays, as the exponent α of λ_j ∝ j^−α. About 1 went with features that
/// transfer well; larger values mean few directions, smaller ones mean noise in many.
/// </summary>
/// <remarks>
/// λ_1 ≥ λ_2 ≥ … are the eigenvalues of the centred covariance, and α = −slope of log λ_j on log j by least squares over all j
/// of the range. Eigenvalues below 1e-12 of the largest are left out: features in float32 have nothing but rounding there, and
/// constant features nothing at all. Source: Agrawal, Mondal, Ghosh and Richards 2022, "α-ReQ: Assessing
/// representation quality in self-supervised learning by measuring eigenspectrum decay", NeurIPS.
/// </remarks>
internal static class AlphaReq
{
    private const double SmallestShare = 1e-12;

    /// <summary>α of all views together.</summary>
    public static FeatureMeasure Entry { get; } = new()
    {
        Name = "alphaReq", Flag = "alpha-req", Title = "α-ReQ", Least = double.NegativeInfinity,
        Measured = views => Measure(views.reshape(-1, views.size(-1))),
        Lacks = "features that vary in fewer than two directions have no spectrum that decays",
    };

    /// <summary>Measures features, in float64.</summary>
    /// <param name="features">Shape [N, d]; N well above d, or the number of rows cuts the spectrum off.</param>
    /// <param name="first">The first j of the fit, at least 1.</param>
    /// <param name="last">The last j of the fit; there may be fewer.</param>
    /// <returns>α, or null where fewer than two eigenvalues lie in the range: one direction or a constant has no decay.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="InvalidOptionException">The range is empty.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double? Measure(Tensor features, int first = 1, int last = int.MaxValue)
    {
        FeatureCheck.Matrix(features, nameof(features));
        if (first < 1 || last <= first)
            throw new InvalidOptionException($"The range of α-ReQ must hold two eigenvalues counted from 1, found {first} to {last}.");

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor Z = Magnitude.Tamed(features).Features;
        Tensor centred = Z - Z.mean([0]); // [N, d]
        Tensor gram = centred.size(0) < centred.size(1) ? centred.matmul(centred.t()) : centred.t().matmul(centred);
        // a common factor does not change a slope
        double[] eigenvalues = [.. linalg.eigvalsh(gram).cpu().data<double>().ToArray().OrderDescending()];
        double least = SmallestShare * eigenvalues[0];
        int end = Math.Min(last, eigenvalues.TakeWhile(value => value > least).Count());
        if (end <= first)
            return null;

        double[] x = [.. Enumerable.Range(first, end - first + 1).Select(j => Math.Log(j))];
        double[] y = [.. eigenvalues[(first - 1)..end].Select(value => Math.Log(value))];
        double meanX = x.Average(), meanY = y.Average();
        return -x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
