using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>What a report shows of one run: plain data, read before anything is rendered.</summary>
internal sealed record ReportRun(string Path, RunManifest Manifest)
{
    /// <summary>Measurements by epoch of pre-training.</summary>
    public IReadOnlyList<Measurement> Measurements { get; init; } = [];

    /// <summary>What was evaluated that belongs to no undo.</summary>
    public IReadOnlyList<EvaluationRecord> Evaluations { get; init; } = [];

    /// <summary>The undos.</summary>
    public IReadOnlyList<ReportUndo> Undos { get; init; } = [];

    /// <summary>What ΔR did, which is no part of the verdict on memorisation.</summary>
    public ReductionVerdict Reduction => ReductionMonitor.Judge(Measurements, Manifest.Pretraining.Monitor);

    /// <summary>
    /// Every layer in which ΔR turned, on images trained on or on unseen ones, at the first of the two; null where nothing could be judged.
    /// </summary>
    public IReadOnlyList<Onset>? Onsets => Reduction is { IsJudged: true } reduction ?
    [
        .. from layer in reduction.Layers
           let epochs = new[] { layer.Train, layer.HeldOut }.Where(curve => curve.Shape == CurveShape.Turned)
               .Select(curve => curve.PeakEpoch).OfType<int>().ToArray()
           where epochs.Length > 0
           select new Onset(layer.Layer, epochs.Min()),
    ] : null;

    /// <summary>PNG of images beside their views, or null.</summary>
    public byte[]? ViewsPicture { get; init; }

    /// <summary>PNG of test images beside their nearest neighbours, or null.</summary>
    public byte[]? NeighboursPicture { get; init; }

    /// <summary>Where layers place images, or null.</summary>
    public ImageMap? Map { get; init; }

    /// <summary>How far single images were memorised before UMM, or null.</summary>
    public ScoredImages? Scores { get; init; }

    /// <summary>What was found amiss while reading.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// The diagnoses of epoch 0 as an evaluation of the untrained encoder, and those of the last epoch as one of the encoder before UMM.
    /// </summary>
    public IEnumerable<EvaluationRecord> Diagnosed
    {
        get
        {
            int last = Measurements.Select(m => m.Epoch).DefaultIfEmpty(0).Max();
            return Measurements.Where(m => m.Epoch == 0 || m.Epoch == last)
                .Select(m => Record(m, m.Epoch == 0 ? EvaluationStage.Untrained : EvaluationStage.Before)).OfType<EvaluationRecord>();
        }
    }

    private EvaluationRecord? Record(Measurement found, EvaluationStage stage)
    {
        RateSetting? rate = Manifest.RateSettings.FirstOrDefault(setting => setting.Layer == found.Layer);
        var record = new EvaluationRecord(stage, found.Layer, EvaluationRecord.Probes, found.Name, found.Value)
        {
            Seed = Manifest.Seed,

            // Earlier versions measured the test images in training too, and did not say which they labelled right.
            TestImages = Measurements.Any(measurement => measurement.Hits is not null)
                ? $"probe images of {Manifest.Data.Fingerprint}"
                : null,
        };
        return found.Name switch
        {
            Measure.LinearAccuracy or Measure.KnnAccuracy or Measure.LinearAccuracySeenBank or Measure.KnnAccuracySeenBank => record with
            {
                TestCount = found.Hits is { } hits ? Hits.Unpack(hits).Length : Manifest.Data.TestCount,
                Hits = found.Hits,
            },
            Measure.LabelReduction or Measure.MembershipAuc => record,
            Measure.EffectiveRank => record,
            Measure.InstanceReductionTrain or Measure.InstanceReductionHeldOut => record with
            {
                Rows = rate?.Rows, Dimension = rate?.Dimension, EpsilonSquared = rate?.EpsilonSquared,
            },
            _ => null,
        };
    }
}
