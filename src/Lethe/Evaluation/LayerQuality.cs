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
public sealed record LayerQuality(
    string Layer,
    CodingRateReduction Trained,
    CodingRateReduction HeldOut,
    CollapseReading Collapse,
    CodingRateReduction? Labels,
    LinearProbeResult? Linear,
    KnnProbeResult? Knn)
{
    /// <summary>The same as measurements.</summary>
    /// <param name="epoch">When it was measured.</param>
    /// <returns>One measurement for each number, in a fixed order.</returns>
    public IEnumerable<Measurement> Measurements(int epoch)
    {
        yield return new Measurement(epoch, Layer, Measure.InstanceReductionTrain, Trained.Reduction);
        yield return new Measurement(epoch, Layer, Measure.RateTrain, Trained.Rate);
        yield return new Measurement(epoch, Layer, Measure.InstanceReductionHeldOut, HeldOut.Reduction);
        yield return new Measurement(epoch, Layer, Measure.RateHeldOut, HeldOut.Rate);
        yield return new Measurement(epoch, Layer, Measure.Spread, Collapse.Spread);
        yield return new Measurement(epoch, Layer, Measure.EffectiveRank, Collapse.Rank);
        if (Labels is not null)
            yield return new Measurement(epoch, Layer, Measure.LabelReduction, Labels.Reduction);
        if (Linear is not null)
            yield return new Measurement(epoch, Layer, Measure.LinearAccuracy, Linear.Accuracy);
        if (Knn is not null)
            yield return new Measurement(epoch, Layer, Measure.KnnAccuracy, Knn.Accuracy);
    }
}
