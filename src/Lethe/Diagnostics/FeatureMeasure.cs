using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// A measure of features that needs neither labels nor a partition. What it says of itself here is all that records, tables, reports and
/// <c>lethe diagnose</c> know of it.
/// </summary>
internal sealed class FeatureMeasure
{
    /// <summary>Its name in JSON; in <c>metrics.jsonl</c> the part that it was measured on follows.</summary>
    public required string Name { get; init; }

    /// <summary>Its name for <c>--measures</c>.</summary>
    public required string Flag { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Title { get; init; }

    /// <summary>The value of features of shape [V, N, d], V views of N images in the same order; null where they have none.</summary>
    public required Func<Tensor, double?> Measured { get; init; }

    /// <summary>The least value that it can have; −∞ for no limit.</summary>
    public double Least { get; init; }

    /// <summary>The largest value that it can have; +∞ for no limit.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>How many views of an image it takes.</summary>
    public int LeastViews { get; init; } = 1;

    /// <summary>How many images it takes.</summary>
    public int LeastImages { get; init; } = 1;

    /// <summary>Whether it is taken on the views of <c>--lidar-views</c>, of which there may be more than two.</summary>
    public bool TakesMoreViews { get; init; }

    /// <summary>Why features may have no value although views and images are enough, as the end of a sentence.</summary>
    public string Lacks { get; init; } = "it was not measured there";

    /// <summary>Its name in <c>metrics.jsonl</c> where it was measured on images trained on.</summary>
    public string Train => Name + "Train";

    /// <summary>Its name in <c>metrics.jsonl</c> where it was measured on images never trained on.</summary>
    public string HeldOut => Name + "HeldOut";

    /// <summary>The value, or null where views or images are too few or the features have none.</summary>
    /// <param name="views">Shape [V, N, d].</param>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="Runtime.DataException">The features hold NaN or infinity; the message names the row.</exception>
    public double? Of(Tensor views) => views.size(0) < LeastViews || views.size(1) < LeastImages ? null : Measured(views);

    /// <summary>Why some features have no value, as the end of a sentence.</summary>
    /// <param name="views">Views of each image.</param>
    /// <param name="images">Images.</param>
    public string WhyNot(int views, int images) =>
        views < LeastViews ? FeatureReport.OneView : images < LeastImages ? "there is one image, and it takes two" : Lacks;
}
