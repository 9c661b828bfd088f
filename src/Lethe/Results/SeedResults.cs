using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// What was measured of one run in one state of its encoder: its seed, by which runs of two entrants are paired, the fingerprint of its
/// images, for records that do not state their own, and the records.
/// </summary>
internal sealed record SeedResults(ulong Seed, string Fingerprint, IReadOnlyDictionary<ResultKey, EvaluationRecord> Records)
{
    /// <summary>
    /// Takes the records of one state; of several with one key the first counts. The gap of ΔR is added to them; records of kept
    /// checkpoints belong to no state.
    /// </summary>
    public static SeedResults Of(ulong seed, string fingerprint, EvaluationStage stage, IEnumerable<EvaluationRecord> records)
    {
        EvaluationRecord[] own = [.. records.Where(record => record.Stage == stage && record.Epoch is null)];
        IEnumerable<EvaluationRecord> gaps =
            from trained in own
            where trained.Measure == Measure.InstanceReductionTrain
            from unseen in own
            where unseen.Measure == Measure.InstanceReductionHeldOut && (unseen.Layer, unseen.Target) == (trained.Layer, trained.Target)
            select unseen with { Measure = ResultKey.ReductionGap, Value = trained.Value - unseen.Value };
        return new SeedResults(seed, fingerprint, own.Concat(gaps).DistinctBy(ResultKey.Of).ToDictionary(ResultKey.Of));
    }
}
