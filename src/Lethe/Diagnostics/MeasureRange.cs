namespace Lethe.Diagnostics;

/// <summary>Between which numbers a measure can lie: what an interval of it is cut at.</summary>
/// <param name="Least">The least value; −∞ for none.</param>
/// <param name="Most">The largest value; +∞ for none.</param>
internal readonly record struct MeasureRange(double Least, double Most)
{
    /// <summary>No limit.</summary>
    public static MeasureRange Unbounded { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    private static readonly MeasureRange share = new(0, 1);
    private static readonly MeasureRange positive = new(0, double.PositiveInfinity);
    private static readonly MeasureRange squaredDistance = new(0, 4);

    private static readonly Dictionary<string, MeasureRange> ranges = new(
        from measure in FeatureMeasures.All
        from name in new[] { measure.Train, measure.HeldOut }
        select KeyValuePair.Create(name, new MeasureRange(measure.Least, measure.Most)))
    {
        [Measure.LinearAccuracy] = share,
        [Measure.LinearAccuracyTrain] = share,
        [Measure.KnnAccuracy] = share,
        [Measure.KnnAccuracyTrain] = share,
        [Measure.LinearAccuracySeenBank] = share,
        [Measure.KnnAccuracySeenBank] = share,
        [Measure.MembershipAuc] = share,
        [ProtocolMeasure.MutualInformation] = share,
        [ProtocolMeasure.RandIndex] = new(-1, 1),
        [ProtocolMeasure.CorruptionAccuracy] = share,
        [ProtocolMeasure.Drop] = new(-1, 1),
        [ProtocolMeasure.IrrelevantAnswer] = squaredDistance,
        [ProtocolMeasure.RelevantAnswer] = squaredDistance,
        [ProtocolMeasure.Sensitivity] = positive,
        [ProtocolMeasure.SensitivityOverPixels] = positive,
        [ProtocolMeasure.MeanIntersection] = share,
        [ProtocolMeasure.PixelAccuracy] = share,
        [Measure.InstanceReductionTrain] = positive,
        [Measure.InstanceReductionHeldOut] = positive,
        [Measure.LabelReduction] = positive,
        [Measure.RateTrain] = positive,
        [Measure.RateHeldOut] = positive,
        [Measure.LabelRate] = positive,
        [Measure.EffectiveRank] = positive,
        [Measure.Spread] = positive,
    };

    /// <summary>That of a measure, as evaluations and <c>metrics.jsonl</c> name it; no limit of one that is not known here.</summary>
    public static MeasureRange Of(string measure) =>
        ranges.TryGetValue(measure, out MeasureRange known) ? known
        : measure.StartsWith(ProtocolMeasure.Accuracy, StringComparison.Ordinal) ? share
        : measure.StartsWith(ProtocolMeasure.Determination, StringComparison.Ordinal) ? new(double.NegativeInfinity, 1)
        : Unbounded;

    /// <summary>The range of a difference of two values.</summary>
    public MeasureRange OfDifference => new(Least - Most, Most - Least);

    /// <summary>The nearest number within.</summary>
    public double Cut(double value) => Math.Min(Math.Max(value, Least), Most);
}
