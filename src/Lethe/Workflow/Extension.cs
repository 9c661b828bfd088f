using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>Makes a pre-training longer than it was begun as.</summary>
/// <remarks>
/// What its further steps are must not depend on how long it was to be: the learning rate stays (<c>--schedule constant</c>), the warm-up
/// keeps its steps and evaluations their interval. So the weights are, bit for bit, those of a run that was begun with the new length, and
/// with that warm-up and interval. An evaluation at the old end stays, where the interval would have had none.
/// </remarks>
internal static class Extension
{
    /// <summary>Writes into a run that it has more epochs to go, so that it can be resumed.</summary>
    /// <param name="path">The run directory.</param>
    /// <param name="epochs">How many in all, more than it has.</param>
    /// <exception cref="LetheException">It cannot be made longer; nothing has changed.</exception>
    public static void Prepare(string path, int epochs)
    {
        RunDirectory run = RunDirectory.Open(path);
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        RunManifest manifest = run.LoadManifest();
        if (manifest.Kind != RunKind.Pretrain)
            throw new RunException($"{path} holds an undo or its control. Give the directory of the pre-training that it belongs to.");
        manifest.RequireFinite(path, "another --out and no --resume");
        TrainingOptions training = manifest.Pretraining.Training;
        int before = training.EpochCount();
        if (Obstacle(run, manifest) is { } obstacle)
        {
            string has = $"{before} epoch{(before == 1 ? "" : "s")}";
            throw new InvalidOptionException($"{path} has {has} and cannot go on to {epochs}: {obstacle}");
        }

        // A share of the steps is never exact; half a step more rounds down to the same number of them.
        long perEpoch = manifest.Data.TrainCount / training.BatchSize / training.Accumulate;
        long warmUp = (long)(training.WarmUp * (perEpoch * before));
        TrainingOptions longer = training with
        {
            Epochs = epochs,
            Minutes = 0,
            EvaluateEvery = training.EvaluationInterval(),
            WarmUp = warmUp == 0 ? 0 : (warmUp + 0.5) / (perEpoch * epochs),
        };

        // What was measured of the weights that training goes on from is no longer of its last ones.
        IReadOnlyList<EvaluationRecord> evaluated = run.LoadEvaluation();
        if (evaluated.Count > 0)
            run.SaveEvaluation([.. evaluated.Where(record => record.Stage == EvaluationStage.Untrained || record.Epoch is not null)]);
        run.SaveManifest(manifest with
        {
            Status = RunStatus.Interrupted,
            Pretraining = manifest.Pretraining with { Training = longer },
            FirstTraining = manifest.FirstTraining ?? training,
            BestEpoch = null,
            Metrics = null,
            FinishedUtc = null,
            Choices = [.. manifest.Choices.Where(choice => choice.Option is not "--epochs")],
            Notes =
            [
                .. manifest.Notes,
                Invariant($"begun with {before} epochs and made longer, to {epochs}; in one it would be --epochs {epochs} ")
                    + Invariant($"--evaluate-every {longer.EvaluateEvery} --warm-up {longer.WarmUp}"),
            ],
        });
    }

    private static string? Obstacle(RunDirectory run, RunManifest manifest)
    {
        TrainingOptions training = manifest.Pretraining.Training;
        const string Anew = "Start a new run with --schedule constant, or with --init and this run's directory to begin with its weights.";
        if (training.Schedule != LearningRateSchedule.Constant)
            return $"its learning rate follows --schedule {training.Schedule}, whose course is laid out over all epochs. {Anew}";
        if ((manifest.Pretraining.MethodOptions as IBoundToLength)?.BoundToLength() is { } bound)
        {
            return $"method '{manifest.Pretraining.Method}' raises its momentum over all epochs. Start a new run with {bound}, which can "
                + "be made longer.";
        }

        if (run.Undos.Count > 0)
        {
            string names = string.Join(", ", run.Undos.Select(undo => $"'{Path.GetFileName(undo.Path)}'"));
            return $"its undos ({names}) belong to the weights that it has now, which would be gone. Copy the run and go on with the copy "
                + $"once its {Path.GetFileName(run.UmmFolder)} folder is removed.";
        }

        if (manifest.Pretraining.StopOnMemorisation && manifest.Status == RunStatus.Done)
        {
            return "it was to stop at memorisation, and the weights that it may have to go back to were deleted at its end. "
                + "Start a new run with more --epochs.";
        }

        return null;
    }
}
