using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// Coding rate R and coding rate reduction ΔR of features: how much of the space they fill, and how much of that is
/// between groups rather than within.
/// </summary>
/// <remarks>
/// For Z in R^{m×d}, rows L2-normalised first, groups Z_j of m_j rows:
/// <code>
/// R(Z)      = ½ log det( I + d/(m ε²) ZᵀZ )
/// R_c(Z, Π) = Σ_j (m_j / 2m) log det( I + d/(m_j ε²) Z_jᵀZ_j )
/// ΔR        = R − R_c
/// </code>
/// A row of zeros stays a row of zeros: it counts as a row, adds nothing to a determinant, and gets no gradient.
/// Source: Yu, Chan, You, Song and Ma 2020, arXiv:2006.08558, whose <c>eps</c> is ε² here.
/// </remarks>
public static class CodingRate
{
    /// <summary>The distortion ε² that is used unless another is asked for.</summary>
    public const double DefaultEpsilonSquared = 0.5;

    /// <summary>The partition whose groups are the views of one image; needs no labels.</summary>
    public const string InstancePartition = "instance";

    /// <summary>The partition whose groups are the rows of one label.</summary>
    public const string LabelPartition = "label";

    /// <summary>R of the rows, in nats, with its gradient, in the features' own precision.</summary>
    /// <param name="Z">Shape [m, d].</param>
    /// <param name="epsilonSquared">ε², positive.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="InvalidOptionException">ε² is not positive.</exception>
    /// <exception cref="TrainingException">The features are not finite.</exception>
    public static Tensor Rate(Tensor Z, double epsilonSquared)
    {
        FeatureCheck.Shape(Z, 2, "[rows, dimension]", nameof(Z));
        FeatureCheck.EpsilonSquared(epsilonSquared);
        using var scope = NewDisposeScope();
        return OfNormalised(Normalised(Z), epsilonSquared).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// ΔR of the instance partition of two views, in nats, with its gradient, in the features' own precision.
    /// One Cholesky factor for R; none for R_c.
    /// </summary>
    /// <remarks>
    /// A group is u, v, of unit length; with a = d/(2ε²), s = u + v and t = u − v,
    /// det(I + a(uuᵀ + vvᵀ)) = (1 + ½a|s|²)(1 + ½a|t|²) − ¼a²(s·t)². It equals (1 + a)² − a²cos²(u, v), but does not
    /// subtract nearly equal numbers when the views nearly agree, and holds for rows of zeros too.
    /// </remarks>
    /// <param name="first">First views, shape [N, d].</param>
    /// <param name="second">Second views of the same images in the same order, shape [N, d].</param>
    /// <param name="epsilonSquared">ε², positive.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">The shapes or types cannot be used or differ.</exception>
    /// <exception cref="InvalidOptionException">ε² is not positive.</exception>
    /// <exception cref="TrainingException">The features are not finite.</exception>
    public static Tensor InstanceReduction(Tensor first, Tensor second, double epsilonSquared)
    {
        FeatureCheck.Shape(first, 2, "[images, dimension]", nameof(first));
        FeatureCheck.Shape(second, 2, "[images, dimension]", nameof(second));
        FeatureCheck.EpsilonSquared(epsilonSquared);
        if (first.size(0) != second.size(0) || first.size(1) != second.size(1))
            throw new ArgumentException($"Expected two views of one shape, found [{string.Join(", ", first.shape)}] and "
                + $"[{string.Join(", ", second.shape)}].", nameof(second));

        using var scope = NewDisposeScope();
        Tensor u = Normalised(first), v = Normalised(second); // [N, d]
        Tensor rate = OfNormalised(cat([u, v]), epsilonSquared);

        double a = u.size(1) / (2 * epsilonSquared);
        Tensor sum = u.Plus(v), difference = u - v;
        Tensor determinants = sum.Squared().sum(1).Times(a / 2).Plus(1) * difference.Squared().sum(1).Times(a / 2).Plus(1)
            - (sum * difference).sum(1).Squared().Times(a * a / 4); // [N]
        Tensor conditional = determinants.log().mean().Over(2);
        return (rate - conditional).MoveToOuterDisposeScope();
    }

    /// <summary>An upper bound of ΔR of the instance partition of two views, in nats; divides ΔR so that sizes compare.</summary>
    /// <remarks>
    /// <para>
    /// R: the eigenvalues λ_i of ZᵀZ sum to the number of rows m, at most r = min(m, d) of them are not zero, and
    /// R = ½ Σ log(1 + dλ_i/(mε²)) is concave in them, so R ≤ ½ r log(1 + d/(rε²)).
    /// R_c: a group gives log((1 + a)² − a²c²) ≥ log(1 + 2a) with a = d/(2ε²), so R_c ≥ ½ log(1 + d/ε²).
    /// The bound is the one less the other.
    /// </para>
    /// <para>
    /// It is attained where the images are at least as many as the dimensions: equal views that form a tight frame. With
    /// fewer images both cannot be had at once, since equal views fill only N dimensions; for 2N ≤ d orthonormal rows come within
    /// log(1 + a) − ½ log(1 + 2a) of it.
    /// </para>
    /// </remarks>
    /// <param name="rows">m = 2N, both views; at least 2.</param>
    /// <param name="dimension">d, at least 2: in one dimension ΔR is always 0.</param>
    /// <param name="epsilonSquared">ε², positive.</param>
    /// <returns>The bound, positive.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Rows or dimension are too few.</exception>
    /// <exception cref="InvalidOptionException">ε² is not positive.</exception>
    public static double UpperBound(int rows, int dimension, double epsilonSquared)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 2);
        FeatureCheck.EpsilonSquared(epsilonSquared);
        double rank = Math.Min(rows, dimension);
        return rank / 2 * Math.Log(1 + dimension / (rank * epsilonSquared)) - Math.Log(1 + dimension / epsilonSquared) / 2;
    }

    /// <summary>ΔR of the instance partition for any number of views, in float64, without a gradient.</summary>
    /// <param name="views">Shape [V, N, d]: V views of N images in the same order; V at least 2.</param>
    /// <param name="epsilonSquared">ε², positive.</param>
    /// <returns>R, R_c and ΔR over the V·N rows.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used, or there is one view.</exception>
    /// <exception cref="InvalidOptionException">ε² is not positive.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static CodingRateReduction MeasureInstances(Tensor views, double epsilonSquared)
    {
        FeatureCheck.Shape(views, 3, "[views, images, dimension]", nameof(views));
        FeatureCheck.EpsilonSquared(epsilonSquared);
        if (views.size(0) < 2)
            throw new ArgumentException($"Expected at least two views of each image, found {views.size(0)}.", nameof(views));
        FeatureCheck.Finite(views, nameof(views));

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor Z = Normalised(views.to(ScalarType.Float64)); // [V, N, d]
        long viewCount = Z.size(0), dimension = Z.size(2);
        Tensor rows = Z.reshape(-1, dimension); // [V·N, d]
        Tensor groups = LogDeterminant.OfIdentityPlus(Z.transpose(0, 1), dimension / (viewCount * epsilonSquared)); // [N]
        double conditional = groups.mean().Value() / 2;
        return new CodingRateReduction(
            OfNormalised(rows, epsilonSquared).Value(), conditional, (int)rows.size(0), (int)dimension, epsilonSquared, InstancePartition);
    }

    /// <summary>ΔR of the label partition, in float64, without a gradient.</summary>
    /// <param name="features">Shape [m, d].</param>
    /// <param name="labels">One label a row; any integers.</param>
    /// <param name="epsilonSquared">ε², positive.</param>
    /// <returns>R, R_c and ΔR; ΔR is 0 where there is one label only.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used, or the labels do not count as many as the rows.</exception>
    /// <exception cref="InvalidOptionException">ε² is not positive.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static CodingRateReduction MeasureLabels(Tensor features, IReadOnlyList<int> labels, double epsilonSquared)
    {
        FeatureCheck.Matrix(features, nameof(features));
        FeatureCheck.Labels(features, labels, nameof(labels));
        FeatureCheck.EpsilonSquared(epsilonSquared);

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor Z = Normalised(features.to(ScalarType.Float64)); // [m, d]
        long rows = Z.size(0), dimension = Z.size(1);
        double conditional = 0;
        foreach (IGrouping<int, long> group in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i], i => (long)i))
        {
            long[] members = [.. group];
            Tensor part = Z.index_select(0, tensor(members, device: Z.device)); // [m_j, d]
            conditional += (double)members.Length / rows * OfNormalised(part, epsilonSquared).Value();
        }

        return new CodingRateReduction(
            OfNormalised(Z, epsilonSquared).Value(), conditional, (int)rows, (int)dimension, epsilonSquared, LabelPartition);
    }

    private static Tensor Normalised(Tensor features) => Magnitude.UnitRows(features);

    private static Tensor OfNormalised(Tensor Z, double epsilonSquared) =>
        LogDeterminant.OfIdentityPlus(Z, Z.size(1) / (Z.size(0) * epsilonSquared)).Over(2);
}
