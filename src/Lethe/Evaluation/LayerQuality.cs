using Lethe.Diagnostics;

namespace Lethe.Evaluation;

/// <summary>What was measured of one layer.</summary>
/// <param name="Layer">stem, layer1 to layer4, or projector.</param>
/// <param name="Trained">Coding rates of two views of images trained on.</param>
/// <param name="HeldOut">Coding rates of two views of images never trained on.</param>
/// <param name="Collapse">Spread and effective rank of the first views of images trained on.</param>
/// <param name="Labels">Coding rates of the label partition on images never trained on; null without labels.</param>
/// <param name="Linear">The linear probe; null without labels.</param>
/// <param name="Knn">Weighted k nearest neighbours; null without labels.</param>
internal sealed record LayerQuality(
    string Layer,
    CodingRateReduction Trained,
    CodingRateReduction HeldOut,
    CollapseReading Collapse,
    CodingRateReduction? Labels,
    LinearProbeResult? Linear,
    KnnProbeResult? Knn)
{
    /// <summary>What needs no labels, of the same views as <see cref="Trained"/>.</summary>
    public required FeatureGeometry TrainedGeometry { get; init; }

    /// <summary>What needs no labels, of the same views as <see cref="HeldOut"/>.</summary>
    public required FeatureGeometry HeldOutGeometry { get; init; }

    /// <summary>The linear probe on plain images trained on; null without labels.</summary>
    public LinearProbeResult? LinearTrained { get; init; }

    /// <summary>Weighted k nearest neighbours of plain images trained on; null without labels.</summary>
    public KnnProbeResult? KnnTrained { get; init; }

    /// <summary>The same as measurements.</summary>
    /// <param name="epoch">When it was measured.</param>
    /// <returns>One measurement for each number, in a fixed order.</returns>
    public IEnumerable<Measurement> Measurements(int epoch)
    {
        (string Name, double? Value)[] all =
        [
            (Measure.InstanceReductionTrain, Trained.Reduction),
            (Measure.RateTrain, Trained.Rate),
            (Measure.InstanceReductionHeldOut, HeldOut.Reduction),
            (Measure.RateHeldOut, HeldOut.Rate),
            (Measure.Spread, Collapse.Spread),
            (Measure.EffectiveRank, Collapse.Rank),
            (Measure.RankMeTrain, TrainedGeometry.RankMe),
            (Measure.RankMeHeldOut, HeldOutGeometry.RankMe),
            (Measure.AlphaReqTrain, TrainedGeometry.AlphaReq),
            (Measure.AlphaReqHeldOut, HeldOutGeometry.AlphaReq),
            (Measure.LidarTrain, TrainedGeometry.Lidar),
            (Measure.LidarHeldOut, HeldOutGeometry.Lidar),
            (Measure.AlignmentTrain, TrainedGeometry.Alignment),
            (Measure.AlignmentHeldOut, HeldOutGeometry.Alignment),
            (Measure.UniformityTrain, TrainedGeometry.Uniformity),
            (Measure.UniformityHeldOut, HeldOutGeometry.Uniformity),
            (Measure.LabelReduction, Labels?.Reduction),
            (Measure.LabelRate, Labels?.Rate),
            (Measure.LinearAccuracy, Linear?.Accuracy),
            (Measure.LinearAccuracyTrain, LinearTrained?.Accuracy),
            (Measure.KnnAccuracy, Knn?.Accuracy),
            (Measure.KnnAccuracyTrain, KnnTrained?.Accuracy),
        ];
        return all.Where(measure => measure.Value is not null).Select(
            measure => new Measurement(epoch, Layer, measure.Name, measure.Value!.Value));
    }
}
