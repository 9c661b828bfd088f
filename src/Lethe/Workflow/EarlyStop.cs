using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Workflow;

/// <summary>
/// Ends a pre-training when memorisation has set in, where its options ask for that, and keeps the encoder of the onset.
/// </summary>
/// <remarks>
/// The rule: after each evaluation <see cref="MemorisationMonitor"/> judges the measurements so far. The onset is known only some
/// evaluations after it was, so the weights of every evaluation are kept until the end. Then those of the onset become the best, and the
/// others go unless the options keep them. All of it is a function of the measurements, so a run that was interrupted stops where one does
/// that was not.
/// </remarks>
/// <param name="run">The run.</param>
/// <param name="options">Its options.</param>
internal sealed class EarlyStop(RunDirectory run, RunOptions options)
{
    private int judgedAt = -1;

    /// <summary>Whether the weights of each evaluation are to be kept.</summary>
    public bool KeepsCheckpoints => options.Training.KeepCheckpoints || options.StopOnMemorisation;

    /// <summary>Whether training is to end after the evaluation of an epoch.</summary>
    public bool IsDue(int evaluatedAt)
    {
        if (!options.StopOnMemorisation || evaluatedAt == judgedAt)
            return false;
        judgedAt = evaluatedAt;
        return Onset(Judge()) is not null;
    }

    /// <summary>Says in the manifest which epoch is best, and keeps its weights where the options ask for it.</summary>
    public RunManifest Finish(RunManifest done, int evaluatedAt)
    {
        MemorisationVerdict verdict = Judge();
        int epochs = options.Training.EpochCount();
        if (!options.StopOnMemorisation)
            return done with { BestEpoch = verdict.TurnEpoch ?? verdict.GapEpoch ?? epochs };

        var onset = Onset(verdict);
        if (onset is { } found)
        {
            // Missing if an earlier attempt kept it but died before saving the manifest.
            run.Checkpoints.Promote(found.Epoch);
            string best = Path.GetRelativePath(run.Path, run.Checkpoints.PathOf(CheckpointStore.Best));
            string ended =
                evaluatedAt < epochs ? $"pre-training stopped at epoch {evaluatedAt} of {epochs}" : "pre-training was at its end";
            var warning = new RunWarning(
                evaluatedAt,
                "memorisation",
                $"Memorisation set in at epoch {found.Epoch} in {found.Layer} (sign: {found.Sign}), so {ended}; {best} is the encoder of "
                + $"epoch {found.Epoch}. "
                + verdict.Reason);
            done = done with { Warnings = [.. done.Warnings.Where(earlier => earlier.Kind != warning.Kind), warning] };
        }

        if (!options.Training.KeepCheckpoints)
            run.Checkpoints.DeleteEpochs();
        return done with { BestEpoch = onset?.Epoch ?? evaluatedAt };
    }

    private MemorisationVerdict Judge() => MemorisationMonitor.Judge(run.LoadMetrics().Measurements, options.Monitor);

    private (int Epoch, string Layer, string Sign)? Onset(MemorisationVerdict verdict) => StopSign.Onset(verdict, options.MemorisationSign);
}
