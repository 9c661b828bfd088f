using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// Features on the plane in which they vary most: the two leading principal components of rows of unit length, so that the picture goes by
/// the same cosine as neighbours do.
/// </summary>
/// <remarks>
/// With X the rows less their mean, the plane is spanned by the leading eigenvectors of XᵀX. They are found by iterating a block of
/// directions (Halko, Martinsson and Tropp 2011, arXiv:0909.4061) from a fixed start, since all eigenvectors of a wide layer would take
/// minutes. The point farthest out on an axis lies on its positive side.
/// </remarks>
internal static class PrincipalPlane
{
    private const int Directions = 10;
    private const int Iterations = 30;
    private const ulong Start = 0x506C_616E_65;

    /// <summary>Projects rows onto their plane.</summary>
    /// <param name="features">Shape [N, d], finite.</param>
    /// <returns>Points [N, 2]; and the share of the variance that the plane holds, in [0, 1], 0 where all rows are equal.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="Lethe.Runtime.DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static (float[,] Points, double Explained) Of(Tensor features)
    {
        FeatureCheck.Matrix(features, nameof(features));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor rows = Magnitude.UnitRows(features, ScalarType.Float32); // [N, d]
        Tensor centred = rows - rows.mean([0], keepdim: true);
        int count = (int)rows.size(0), dimension = (int)rows.size(1), block = Math.Min(Directions, Math.Min(count, dimension));
        var points = new float[count, 2];
        double total = centred.Squared().sum().Value();
        if (!(total > 1e-12 * count))
            return (points, 0);

        var random = new RandomStream(Start);
        Tensor directions = tensor(
            [.. Enumerable.Range(0, dimension * block).Select(_ => (float)random.NextGaussian())], [dimension, block]);
        for (int i = 0; i < Iterations; i++)
        {
            using var step = NewDisposeScope();
            Tensor basis = linalg.qr(directions).Q;
            directions = centred.t().mm(centred.mm(basis)).MoveToOuterDisposeScope(); // [d, b]
        }

        Tensor within = centred.mm(linalg.qr(directions).Q).to(ScalarType.Float64); // [N, b]
        (Tensor values, Tensor vectors) = linalg.eigh(within.t().mm(within)); // rising
        int axes = Math.Min(2, block);
        double explained = 0;
        for (int axis = 0; axis < axes; axis++)
        {
            double[] along = [.. within.mv(vectors.select(1, block - 1 - axis)).data<double>()];
            explained += values[block - 1 - axis].Value() / total;
            double sign = Math.Sign(along.MaxBy(Math.Abs));
            for (int i = 0; i < count; i++)
                points[i, axis] = (float)(sign * along[i]);
        }

        return (points, Math.Clamp(explained, 0, 1));
    }
}
