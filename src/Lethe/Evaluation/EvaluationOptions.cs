using Lethe.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Evaluation;

/// <summary>How layers are measured.</summary>
public sealed record EvaluationOptions : OptionRecord
{
    /// <summary>
    /// Images for coding rates, with two views each: this many training images and as many unseen ones; fewer if either part has fewer.
    /// </summary>
    [Limit(AtLeast = 2, Unit = "images")]
    public int RateImages { get; init; } = 500;

    /// <summary>ε², the distortion that coding rates allow.</summary>
    [Limit(Above = 0)]
    public double EpsilonSquared { get; init; } = CodingRate.DefaultEpsilonSquared;

    /// <summary>
    /// Views per image for LiDAR. 2 uses the views of the coding rates; more views are rendered in addition.
    /// </summary>
    [Limit(AtLeast = 2, Unit = "views")]
    public int LidarViews { get; init; } = 2;

    /// <summary>Images for LiDAR, fewer if there are fewer. No effective rank can exceed this number.</summary>
    [Limit(AtLeast = 2, Unit = "images")]
    public int LidarImages { get; init; } = 500;

    /// <summary>k of weighted k nearest neighbours.</summary>
    [Limit(AtLeast = 1)]
    public int Neighbours { get; init; } = 20;

    /// <summary>Temperature of the votes of weighted k nearest neighbours.</summary>
    [Limit(AtLeast = 0.001)]
    public double KnnTemperature { get; init; } = 0.07;
}
