using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>Measures of features that need neither labels nor a partition, in the order in which they are recorded and shown.</summary>
internal static class FeatureMeasures
{
    /// <summary>All of them; a new one is a line here.</summary>
    public static IReadOnlyList<FeatureMeasure> All { get; } =
    [
        EffectiveRank.Entry,
        AlphaReq.Entry,
        Lidar.Entry,
        AlignmentUniformity.AlignmentEntry,
        AlignmentUniformity.UniformityEntry,
    ];

    /// <summary>Measures features by all of them.</summary>
    /// <param name="views">Shape [V, N, d]: V views of N images in the same order.</param>
    /// <param name="moreViews">
    /// Other views, of the same shape rule, for those that take more; null takes <paramref name="views"/>.
    /// </param>
    /// <returns>A value for each, null where numbers of views and images or the features allow none.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="Runtime.DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static IReadOnlyDictionary<FeatureMeasure, double?> Of(Tensor views, Tensor? moreViews = null)
    {
        FeatureCheck.Shape(views, 3, "[views, images, dimension]", nameof(views));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return All.ToDictionary(measure => measure, measure => measure.Of(measure.TakesMoreViews ? moreViews ?? views : views));
    }
}
