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

    /// <summary>Where the monitor saw ΔR turn; null where no monitor looked.</summary>
    public IReadOnlyList<Onset>? Onsets { get; init; }

    /// <summary>What the monitor says of the run in words, or null where none looked.</summary>
    public string? MonitorWords { get; init; }

    /// <summary>PNG of images beside their views, or null.</summary>
    public byte[]? ViewsPicture { get; init; }

    /// <summary>PNG of test images beside their nearest neighbours, or null.</summary>
    public byte[]? NeighboursPicture { get; init; }

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
        var record = new EvaluationRecord(stage, found.Layer, EvaluationRecord.Probes, found.Name, found.Value) { Seed = Manifest.Seed };
        return found.Name switch
        {
            Measure.LinearAccuracy or Measure.KnnAccuracy or Measure.LinearAccuracySeenBank or Measure.KnnAccuracySeenBank => record with
            {
                // Earlier versions measured the test images in training too, and did not say which they labelled right.
                TestCount = found.Hits is { } hits ? Hits.Unpack(hits).Length : Manifest.Data.TestCount,
                Hits = found.Hits,
                TestImages = found.Hits is null ? null : $"probe images of {Manifest.Data.Fingerprint}",
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
