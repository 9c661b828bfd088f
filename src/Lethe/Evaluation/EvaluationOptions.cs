using Lethe.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Evaluation;

/// <summary>How layers are measured.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Images whose two views coding rates are computed on: so many that were trained on, and as many that never were; fewer where either part has fewer.</summary>
    public int RateImages { get; init; } = 500;

    /// <summary>ε², the distortion that coding rates allow.</summary>
    public double EpsilonSquared { get; init; } = CodingRate.DefaultEpsilonSquared;

    /// <summary>Views of each image that LiDAR is measured on; 2 takes those of the coding rates, more are rendered and run in addition.</summary>
    public int LidarViews { get; init; } = 2;

    /// <summary>Images that LiDAR is measured on, which no effective rank can exceed; fewer where there are fewer.</summary>
    public int LidarImages { get; init; } = 500;

    /// <summary>k of weighted k nearest neighbours.</summary>
    public int Neighbours { get; init; } = 20;

    /// <summary>Temperature of the votes of weighted k nearest neighbours.</summary>
    public double KnnTemperature { get; init; } = 0.07;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (RateImages < 2)
            throw new InvalidOptionException($"--rate-images must be at least 2, found {RateImages}.");
        if (LidarViews < 2)
            throw new InvalidOptionException($"--lidar-views must be at least 2, found {LidarViews}.");
        if (LidarImages < 2)
            throw new InvalidOptionException($"--lidar-images must be at least 2, found {LidarImages}.");
        if (!(EpsilonSquared > 0) || double.IsInfinity(EpsilonSquared))
            throw new InvalidOptionException(Invariant($"--epsilon-squared must be positive, found {EpsilonSquared}."));
        if (Neighbours < 1)
            throw new InvalidOptionException($"--neighbours must be at least 1, found {Neighbours}.");
        if (!(KnnTemperature > 0))
            throw new InvalidOptionException(Invariant($"--knn-temperature must be positive, found {KnnTemperature}."));
    }
}
