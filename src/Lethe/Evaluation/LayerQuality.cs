using Lethe.Diagnostics;

namespace Lethe.Evaluation;

/// <summary>What was measured of one layer.</summary>
/// <param name="Layer">stem, layer1 to layer4, or projector.</param>
/// <param name="Trained">Coding rates of two views of images trained on.</param>
/// <param name="HeldOut">Coding rates of two views of images never trained on.</param>
/// <param name="Collapse">Spread and effective rank of the first views of images trained on.</param>
/// <param name="Labels">Coding rates of the label partition on images never trained on; null without labels.</param>
/// <param name="Linear">The linear probe, fitted and measured on images never trained on; null without labels.</param>
/// <param name="Knn">Weighted k nearest neighbours, the bank and the queries never trained on; null without labels.</param>
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
    public required IReadOnlyDictionary<FeatureMeasure, double?> TrainedFeatures { get; init; }

    /// <summary>What needs no labels, of the same views as <see cref="HeldOut"/>.</summary>
    public required IReadOnlyDictionary<FeatureMeasure, double?> HeldOutFeatures { get; init; }

    /// <summary>The linear probe on plain images trained on; null without labels.</summary>
    public LinearProbeResult? LinearTrained { get; init; }

    /// <summary>Weighted k nearest neighbours of plain images trained on; null without labels.</summary>
    public KnnProbeResult? KnnTrained { get; init; }

    /// <summary>The linear probe fitted on images trained on, on the images that <see cref="Linear"/> is of; null without labels.</summary>
    public LinearProbeResult? LinearSeenBank { get; init; }

    /// <summary>Neighbours among images trained on, of the images that <see cref="Knn"/> is of; null without labels.</summary>
    public KnnProbeResult? KnnSeenBank { get; init; }

    /// <summary>How well the views of <see cref="Trained"/> and <see cref="HeldOut"/> tell which were trained on, in [0, 1].</summary>
    public required double MembershipAuc { get; init; }

    /// <summary>The same as measurements.</summary>
    /// <param name="epoch">When it was measured.</param>
    /// <returns>One measurement for each number, in a fixed order.</returns>
    public IEnumerable<Measurement> Measurements(int epoch)
    {
        (string Name, double? Value, string? Hits)[] all =
        [
            (Measure.InstanceReductionTrain, Trained.Reduction, null),
            (Measure.RateTrain, Trained.Rate, null),
            (Measure.InstanceReductionHeldOut, HeldOut.Reduction, null),
            (Measure.RateHeldOut, HeldOut.Rate, null),
            (Measure.Spread, Collapse.Spread, null),
            (Measure.EffectiveRank, Collapse.Rank, null),
            .. FeatureMeasures.All.SelectMany(measure => ((string, double?, string?)[])
            [
                (measure.Train, TrainedFeatures[measure], null), (measure.HeldOut, HeldOutFeatures[measure], null),
            ]),
            (Measure.LabelReduction, Labels?.Reduction, null),
            (Measure.LabelRate, Labels?.Rate, null),
            (Measure.LinearAccuracy, Linear?.Accuracy, Linear?.Hits),
            (Measure.LinearAccuracyTrain, LinearTrained?.Accuracy, null),
            (Measure.KnnAccuracy, Knn?.Accuracy, Knn?.Hits),
            (Measure.KnnAccuracyTrain, KnnTrained?.Accuracy, null),
            (Measure.LinearAccuracySeenBank, LinearSeenBank?.Accuracy, LinearSeenBank?.Hits),
            (Measure.KnnAccuracySeenBank, KnnSeenBank?.Accuracy, KnnSeenBank?.Hits),
            (Measure.MembershipAuc, MembershipAuc, null),
        ];
        return all.Where(measure => measure.Value is not null).Select(
            measure => new Measurement(epoch, Layer, measure.Name, measure.Value!.Value) { Hits = measure.Hits });
    }
}
