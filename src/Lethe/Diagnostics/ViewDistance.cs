using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>Distances between the views of an image, rows L2-normalised.</summary>
internal static class ViewDistance
{
    /// <summary>For each pair of views, ‖x − y‖ of each image [N], in float64; they belong to the caller's dispose scope.</summary>
    public static IEnumerable<Tensor> Pairs(Tensor views)
    {
        FeatureCheck.Shape(views, 3, "[views, images, dimension]", nameof(views));
        if (views.size(0) < 2)
            throw new ArgumentException($"Expected at least two views of each image, found {views.size(0)}.", nameof(views));
        FeatureCheck.Finite(views, nameof(views));
        Tensor Z = Magnitude.UnitRows(views, ScalarType.Float64); // [V, N, d]
        int count = (int)Z.size(0);
        return
        [
            .. from i in Enumerable.Range(0, count)
               from j in Enumerable.Range(i + 1, count - i - 1)
               select (Z[i] - Z[j]).Squared().sum(1).sqrt(), // [N]
        ];
    }
}
