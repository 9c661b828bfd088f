using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>How near the views of one image lie to each other, and how evenly images spread over the sphere.</summary>
/// <remarks>
/// Rows L2-normalised first; a row of zeros stays one.
/// <code>
/// alignment  = mean over images, and over pairs of views x, y of each, of ‖x − y‖²
/// uniformity = log of the mean over pairs i &lt; j of exp(−2‖x_i − x_j‖²)
/// </code>
/// Source: Wang and Isola 2020, arXiv:2005.10242, with their α = 2 and t = 2.
/// </remarks>
internal static class AlignmentUniformity
{
    /// <summary>Alignment.</summary>
    public static FeatureMeasure AlignmentEntry { get; } = new()
    {
        Name = "alignment", Flag = "alignment", Title = "alignment", Most = 4, LeastViews = 2, Measured = views => Alignment(views),
    };

    /// <summary>Uniformity, the mean over views.</summary>
    public static FeatureMeasure UniformityEntry { get; } = new()
    {
        Name = "uniformity", Flag = "uniformity", Title = "uniformity", Least = -8, Most = 0, LeastImages = 2,
        Measured = views => views.unbind(0).Average(view => Uniformity(view)), Lacks = "it takes two images",
    };

    private const int MostExactRows = 4096;

    // Distances held at a time: 32 MiB, or half as much in float32.
    private const int BlockDistances = 1 << 22;

    /// <summary>Alignment, in float64.</summary>
    /// <param name="views">Shape [V, N, d]: V views of N images in the same order; V at least 2.</param>
    /// <returns>0 where the views of each image agree, 4 where they are opposite.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used, or there is one view.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double Alignment(Tensor views)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return ViewDistance.Pairs(views).Select(pair => pair.Squared().mean().Value()).Average();
    }

    /// <summary>
    /// Uniformity, in float64; of more than 4 096 rows the distances in float32, which moves the result by some 1e-7 and takes a third of
    /// the time.
    /// </summary>
    /// <param name="features">Shape [N, d], one view of each image; N at least 2.</param>
    /// <returns>0 where all rows point one way; the lower, the more even.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used, or there is one row.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double Uniformity(Tensor features)
    {
        FeatureCheck.Matrix(features, nameof(features));
        if (features.size(0) < 2)
            throw new ArgumentException("Uniformity needs at least two rows, found one.", nameof(features));

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor rows = Magnitude.UnitRows(features, ScalarType.Float64).to(
            features.size(0) > MostExactRows ? ScalarType.Float32 : ScalarType.Float64); // [N, d]
        Tensor squares = rows.Squared().sum(1); // [N]: 1, or 0 for a row of zeros
        long count = rows.size(0), blockRows = Math.Max(1, BlockDistances / count);
        double sum = 0;
        for (long start = 0; start < count; start += blockRows)
        {
            using var block = NewDisposeScope();
            long size = Math.Min(blockRows, count - start);
            Tensor some = rows.narrow(0, start, size), later = rows.narrow(0, start, count - start);
            Tensor ofSome = squares.narrow(0, start, size).unsqueeze(1), ofLater = squares.narrow(0, start, count - start);
            Tensor distances = some.matmul(later.t()).Times_(-2).Plus_(ofSome).Plus_(ofLater); // [b, N − start]
            sum += distances.relu_().Times_(-2).exp_().triu_(1).sum(ScalarType.Float64).Value();
        }

        return Math.Log(sum / (count * (count - 1) / 2.0));
    }
}
