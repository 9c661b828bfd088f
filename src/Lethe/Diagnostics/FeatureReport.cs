namespace Lethe.Diagnostics;

/// <summary>What can be said of features without a held-out split.</summary>
/// <param name="Rows">Rows of all views.</param>
/// <param name="Dimension">The width of a row.</param>
/// <param name="Views">Views of each image.</param>
/// <param name="EpsilonSquared">ε² of the coding rates.</param>
/// <param name="Rate">R of all rows, in nats.</param>
/// <param name="Instance">R, R_c and ΔR of the instance partition; null with one view.</param>
/// <param name="Label">R, R_c and ΔR of the label partition; null without labels.</param>
/// <param name="NormalisedDeviation">Indicator of collapse: 0 where all rows point one way, 1/√d where they spread over the sphere.</param>
/// <param name="Geometry">Effective rank, spectrum, uniformity; with several views alignment and LiDAR too.</param>
public sealed record FeatureReport(
    int Rows, int Dimension, int Views, double EpsilonSquared, double Rate, CodingRateReduction? Instance, CodingRateReduction? Label, double NormalisedDeviation, FeatureGeometry Geometry)
{
    /// <summary>Effective rank of the raw features.</summary>
    public double RankMe => Geometry.RankMe;
}
