using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// LiDAR: effective rank of what separates images from each other, in units of how far the views of one image scatter.
/// </summary>
/// <remarks>
/// With z_iv the feature of view v of image i, μ_i the mean over its q views and μ the mean of those over the n images:
/// <code>
/// Σ_b = Σ_i (μ_i − μ)(μ_i − μ)ᵀ / (n − 1)
/// Σ_w = Σ_iv (z_iv − μ_i)(z_iv − μ_i)ᵀ / (n(q − 1)) + δI
/// λ   = eigenvalues of Σ_w^{−½} Σ_b Σ_w^{−½},   p = λ/Σλ + 1e-7
/// LiDAR = exp(−Σ p log p)
/// </code>
/// Rows are not normalised. δ is a number, not a share of the variance, so of features of a much smaller scale than 1 what counts is Σ_b
/// alone. Where it is less than 1e-12 of the trace of Σ_w it is raised to that, without which float64 cannot tell Σ_w from a singular
/// matrix: from there on the measure does not depend on the scale of the features.
/// n − 1 is the largest rank that n images can show. Source: Thilak et al. 2024, arXiv:2312.04000.
/// </remarks>
internal static class Lidar
{
    /// <summary>δ, which is added to the diagonal of Σ_w, unless another is asked for.</summary>
    public const double DefaultDelta = 1e-4;

    /// <summary>With the usual δ.</summary>
    public static FeatureMeasure Entry { get; } = new()
    {
        Name = "lidar", Flag = "lidar", Title = "LiDAR", LeastViews = 2, LeastImages = 2, TakesMoreViews = true,
        Measured = views => Measure(views), Lacks = "it takes two images",
    };

    private const double Floor = 1e-7;

    // Of the trace of Σ_w: what the ridge must have for a Cholesky factor in float64.
    private const double LeastShare = 1e-12;

    // Of features of at most 1: Σ_w is nothing beside it, and Σ_b over it is still far from what float64 cannot hold.
    private const double LargestRidge = 1e60;
    private const double RoundingUnit = 2.220446049250313e-16;

    /// <summary>Measures features, in float64.</summary>
    /// <param name="views">Shape [q, n, d]: q views of n images in the same order, both at least 2.</param>
    /// <param name="delta">δ, positive.</param>
    /// <returns>About 1 (one direction, or images that do not differ) to min(n − 1, d).</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used, or views or images are too few.</exception>
    /// <exception cref="InvalidOptionException">δ is not positive.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double Measure(Tensor views, double delta = DefaultDelta)
    {
        FeatureCheck.Shape(views, 3, "[views, images, dimension]", nameof(views));
        if (views.size(0) < 2 || views.size(1) < 2)
            throw new ArgumentException($"LiDAR needs at least two views of at least two images, found {views.size(0)} views of "
                + $"{views.size(1)} images.", nameof(views));
        if (!(delta > 0) || !double.IsFinite(delta))
            throw new InvalidOptionException(
                Invariant($"The δ of LiDAR must be positive, found {delta}. The usual value is {DefaultDelta}."));
        FeatureCheck.Finite(views, nameof(views));

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        (Tensor Z, double divisor) = Magnitude.Tamed(views);
        long q = Z.size(0), n = Z.size(1), d = Z.size(2);
        Tensor means = Z.mean([0]); // [n, d]
        Tensor between = (means - means.mean([0])).Over(Math.Sqrt(n - 1)); // [n, d], Σ_b = betweenᵀ·between
        Tensor within = (Z - means).reshape(-1, d).Over(Math.Sqrt(n * (q - 1))); // [q·n, d]
        Tensor scatter = within.t().matmul(within); // [d, d]
        double ridge = Math.Max(
            Math.Min(delta / divisor / divisor, LargestRidge), Math.Max(LeastShare, 16 * d * RoundingUnit) * scatter.trace().Value());
        Tensor factor = linalg.cholesky(scatter.PlusIdentity(ridge)); // [d, d]

        // L⁻¹Σ_bL⁻ᵀ has the eigenvalues of Σ_w^{−½}Σ_bΣ_w^{−½}; those that are not zero are had from the smaller side.
        Tensor whitened = linalg.solve_triangular(factor, between.t(), upper: false); // [d, n]
        Tensor gram = n < d ? whitened.t().matmul(whitened) : whitened.matmul(whitened.t());
        Tensor eigenvalues = linalg.eigvalsh(gram).AtLeast(0); // [min(n, d)]
        double total = eigenvalues.sum().Value();
        Tensor p = (total > 0 ? eigenvalues.Over(total) : eigenvalues).Plus(Floor);
        double entropy = -(p * p.log()).sum().Value() - (d - eigenvalues.size(0)) * Floor * Math.Log(Floor);
        return Math.Exp(entropy);
    }
}
