using Lethe.Diagnostics;
using Lethe.Runtime;
using TorchSharp;

namespace Lethe.Samples;

/// <summary>Measures features of another framework, layer by layer: the diagnosis needs no encoder of this library.</summary>
public static class ForeignFeatures
{
    /// <summary>Measures the features of one layer.</summary>
    /// <param name="features">Two views of each image, stacked: the first views of all images, then the second, [2N, d].</param>
    /// <param name="labels">The class of each image, N numbers.</param>
    /// <returns>Coding rate reduction by image and by class, RankMe, α-ReQ, alignment, uniformity, LiDAR.</returns>
    public static FeatureReport Measure(float[,] features, int[] labels)
    {
        TorchRuntime.Prepare();
        using var scope = torch.NewDisposeScope();
        FeatureReport report = FeatureDiagnostics.Measure(torch.tensor(features), labels, views: 2, epsilonSquared: 0.5);
        Console.WriteLine(Invariant($"ΔR by image {report.Instance?.Reduction:F2} nats, by class {report.Label?.Reduction:F2}; ")
            + Invariant($"RankMe {report.Measures["rankMe"]:F1}"));
        return report;
    }
}
