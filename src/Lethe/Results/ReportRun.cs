using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>What a report shows of one run: plain data, read before anything is rendered.</summary>
internal sealed record ReportRun(string Path, RunManifest Manifest)
{
    /// <summary>Measurements by epoch of pre-training.</summary>
    public IReadOnlyList<Measurement> Measurements { get; init; } = [];

    /// <summary>Evaluations that belong to no undo.</summary>
    public IReadOnlyList<EvaluationRecord> Evaluations { get; init; } = [];

    /// <summary>What protocols found that belongs to no undo.</summary>
    public IReadOnlyList<EvaluationRecord> Protocols { get; init; } = [];

    /// <summary>The undos.</summary>
    public IReadOnlyList<ReportUndo> Undos { get; init; } = [];

    /// <summary>Where the monitor saw ΔR turn; null where no monitor looked.</summary>
    public IReadOnlyList<Onset>? Onsets { get; init; }

    /// <summary>What the monitor says of the run in words, or null where none looked.</summary>
    public string? MonitorWords { get; init; }

    /// <summary>PNG of images beside their views, or null.</summary>
    public ReadOnlyMemory<byte>? ViewsPicture { get; init; }

    /// <summary>PNG of test images beside their nearest neighbours, or null.</summary>
    public ReadOnlyMemory<byte>? NeighboursPicture { get; init; }

    /// <summary>What was found amiss while reading.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// What was evaluated that belongs to no undo, at most one record for each stage, layer and protocol. Where nothing was evaluated by
    /// itself, the diagnoses of epoch 0 stand for the untrained encoder and those of the last epoch for the encoder before UMM.
    /// </summary>
    public IEnumerable<EvaluationRecord> Evaluated
    {
        get
        {
            int last = Measurements.Select(m => m.Epoch).DefaultIfEmpty(0).Max();
            IEnumerable<EvaluationRecord> diagnosed = Measurements.Where(m => m.Epoch == 0 || m.Epoch == last)
                .Select(m => Diagnosed(m, m.Epoch == 0 ? EvaluationStage.Untrained : EvaluationStage.Before)).OfType<EvaluationRecord>();
            return Evaluations.Concat(diagnosed).DistinctBy(record => (record.Stage, record.Layer, record.Protocol));
        }
    }

    private EvaluationRecord? Diagnosed(Measurement found, EvaluationStage stage)
    {
        EvaluationRecord Record(string protocol) => new(stage, found.Layer, protocol, found.Value);
        RateSetting? rate = Manifest.RateSettings.FirstOrDefault(setting => setting.Layer == found.Layer);
        return found.Name switch
        {
            Measure.LinearAccuracy => Record(EvaluationProtocol.Linear) with { TestCount = Manifest.Data.TestCount },
            Measure.KnnAccuracy => Record(EvaluationProtocol.Knn) with { TestCount = Manifest.Data.TestCount },
            Measure.EffectiveRank => Record(EvaluationProtocol.EffectiveRank),
            Measure.InstanceReductionTrain or Measure.InstanceReductionHeldOut => Record(found.Name) with
            {
                Rows = rate?.Rows, Dimension = rate?.Dimension, EpsilonSquared = rate?.EpsilonSquared,
            },
            _ => null,
        };
    }
}
