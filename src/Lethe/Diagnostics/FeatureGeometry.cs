using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>What needs no labels and no partition: how many directions features use, how they spread, how views agree.</summary>
/// <param name="RankMe">Effective rank of the raw rows of all views: <see cref="EffectiveRank.RankMe"/>.</param>
/// <param name="AlphaReq">
/// Decay of the spectrum of the rows of all views: <see cref="Diagnostics.AlphaReq"/>; null where they vary in fewer than two directions.
/// </param>
/// <param name="Uniformity">Mean over views of <see cref="AlignmentUniformity.Uniformity"/>; null with one image.</param>
/// <param name="Alignment">
/// Mean squared distance between views of an image: <see cref="AlignmentUniformity.Alignment"/>; null with one view.
/// </param>
/// <param name="Lidar">Effective rank of what separates images: <see cref="Diagnostics.Lidar"/>; null with one view or one image.</param>
internal sealed record FeatureGeometry(double RankMe, double? AlphaReq, double? Uniformity, double? Alignment, double? Lidar)
{
    /// <summary>Measures features.</summary>
    /// <param name="views">Shape [V, N, d]: V views of N images in the same order.</param>
    /// <param name="lidarViews">Other views that LiDAR is measured on, of the same shape rule; null takes <paramref name="views"/>.</param>
    /// <returns>What the numbers of views and images allow.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static FeatureGeometry Measure(Tensor views, Tensor? lidarViews = null)
    {
        FeatureCheck.Shape(views, 3, "[views, images, dimension]", nameof(views));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor forLidar = lidarViews ?? views, rows = views.reshape(-1, views.size(-1)); // [V·N, d]
        return new FeatureGeometry(
            EffectiveRank.RankMe(rows),
            Diagnostics.AlphaReq.Measure(rows),
            views.size(1) < 2 ? null : views.unbind(0).Average(view => AlignmentUniformity.Uniformity(view)),
            views.size(0) < 2 ? null : AlignmentUniformity.Alignment(views),
            forLidar.size(0) < 2 || forLidar.size(1) < 2 ? null : Diagnostics.Lidar.Measure(forLidar));
    }
}
