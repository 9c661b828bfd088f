using Lethe.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Evaluation;

/// <summary>How layers are measured.</summary>
public sealed record EvaluationOptions : OptionRecord
{
    /// <summary>
    /// Images whose two views coding rates are computed on: so many that were trained on, and as many that never were; fewer where either
    /// part has fewer.
    /// </summary>
    [Limit(AtLeast = 2, Unit = "images")]
    public int RateImages { get; init; } = 500;

    /// <summary>ε², the distortion that coding rates allow.</summary>
    [Limit(Above = 0)]
    public double EpsilonSquared { get; init; } = CodingRate.DefaultEpsilonSquared;

    /// <summary>
    /// Views of each image that LiDAR is measured on; 2 takes those of the coding rates, more are rendered and run in addition.
    /// </summary>
    [Limit(AtLeast = 2, Unit = "views")]
    public int LidarViews { get; init; } = 2;

    /// <summary>Images that LiDAR is measured on, which no effective rank can exceed; fewer where there are fewer.</summary>
    [Limit(AtLeast = 2, Unit = "images")]
    public int LidarImages { get; init; } = 500;

    /// <summary>k of weighted k nearest neighbours.</summary>
    [Limit(AtLeast = 1)]
    public int Neighbours { get; init; } = 20;

    /// <summary>Temperature of the votes of weighted k nearest neighbours.</summary>
    [Limit(AtLeast = 0.001)]
    public double KnnTemperature { get; init; } = 0.07;
}
