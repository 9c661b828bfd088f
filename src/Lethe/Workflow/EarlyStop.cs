using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Workflow;

/// <summary>
/// Ends a pre-training when it has memorised, where its options ask for that, and says which evaluation's encoder is to be kept.
/// </summary>
/// <remarks>
/// The rule: after each evaluation <see cref="StopSign"/> looks at the measurements so far. Training ends when the sign shows; that of an
/// accuracy, which knows no patience, when it has shown at the last <c>Patience</c> evaluations, since many looks see more by chance. The
/// turn is known only some evaluations after it was, so the weights of every evaluation are kept until the end. Then those of the best
/// epoch before it become the best, and the others go unless the options keep them. With a rule of its own for what is best
/// (<c>--keep</c>) the weights are written as training goes. All of it is a function of the measurements, so a run that was interrupted
/// stops where one does that was not.
/// </remarks>
/// <param name="run">The run.</param>
/// <param name="options">Its options.</param>
internal sealed class EarlyStop(RunDirectory run, RunOptions options)
{
    private readonly BestRule? rule = BestRule.Find(options.Keep);
    private int judgedAt = -1;

    /// <summary>Whether the weights of each evaluation are to be kept.</summary>
    public bool KeepsCheckpoints => options.Training.KeepCheckpoints || PromotesTurn;

    // Of a turn the weights of every evaluation are needed; a rule takes its choice as training goes.
    private bool PromotesTurn => options.StopOnMemorisation && rule is null;

    /// <summary>Whether the weights of the evaluation of an epoch are the best so far.</summary>
    public bool IsBest(int evaluatedAt) => rule?.Choose(Measured()) == evaluatedAt;

    /// <summary>Whether training is to end after the evaluation of an epoch.</summary>
    public bool IsDue(int evaluatedAt)
    {
        if (!options.StopOnMemorisation || evaluatedAt == judgedAt)
            return false;
        judgedAt = evaluatedAt;
        IReadOnlyList<Measurement> measured = Measured();
        if (Onset(measured) is not { } onset)
            return false;
        int[] evaluations = [.. measured.Where(m => m.Layer != Measure.Run).Select(m => m.Epoch).Distinct().Order()];
        return onset.Sign != StopSign.Accuracy || evaluations.TakeLast(options.Monitor.Patience).All(
            epoch => Onset([.. measured.Where(m => m.Epoch <= epoch)])?.Sign == StopSign.Accuracy);
    }

    /// <summary>Says in the manifest which epoch is best, and keeps its weights where the options ask for it.</summary>
    public RunManifest Finish(RunManifest done, int evaluatedAt)
    {
        IReadOnlyList<Measurement> measured = Measured();
        int epochs = options.Training.EpochCount();
        int? best = rule?.Choose(measured);
        if (rule is not null && best is null)
        {
            done = Warned(done, new RunWarning(
                evaluatedAt, "keep", $"--keep {rule.Name} kept nothing, since {rule.Measure} was never measured: images may be too few."));
        }

        if (!options.StopOnMemorisation)
            return done with { BestEpoch = best ?? MemorisationMonitor.Judge(measured, options.Monitor).Epoch ?? epochs };

        var onset = Onset(measured);
        if (onset is { } found)
        {
            // Missing if an earlier attempt kept it but died before saving the manifest.
            if (PromotesTurn)
                run.Checkpoints.Promote(found.Epoch);
            best ??= found.Epoch;
            string file = Path.GetRelativePath(run.Path, run.Checkpoints.PathOf(CheckpointStore.Best));
            string ended =
                evaluatedAt < epochs ? $"pre-training stopped at epoch {evaluatedAt} of {epochs}" : "pre-training was at its end";
            var warning = new RunWarning(
                evaluatedAt,
                "memorisation",
                $"{Capital(found.Where)} turned after epoch {found.Epoch} (sign: {found.Sign}), so {ended}; {file} is the encoder of epoch "
                + $"{best}{(rule is null ? "" : $", by --keep {rule.Name}")}. {found.Reason}");
            done = Warned(done, warning);
        }

        if (!options.Training.KeepCheckpoints)
            run.Checkpoints.DeleteEpochs();
        return done with { BestEpoch = best ?? evaluatedAt };
    }

    private static RunManifest Warned(RunManifest run, RunWarning warning) =>
        run with { Warnings = [.. run.Warnings.Where(earlier => earlier.Kind != warning.Kind), warning] };

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private IReadOnlyList<Measurement> Measured() => run.LoadMetrics().Measurements;

    private (int Epoch, string Where, string Sign, string Reason)? Onset(IReadOnlyList<Measurement> measured) =>
        StopSign.Onset(measured, options.MemorisationSign, options.Monitor);
}
