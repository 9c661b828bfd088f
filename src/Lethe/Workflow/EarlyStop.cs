using System.Globalization;
using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Storage;

namespace Lethe.Workflow;

/// <summary>
/// Ends a pre-training when memorisation has set in, where its options ask for that, and keeps the encoder of the onset.
/// </summary>
/// <remarks>
/// The rule: after each evaluation <see cref="MemorisationMonitor"/> judges the measurements so far. The onset is known only some evaluations
/// after it was, so the weights of every evaluation are kept until the end. Then those of the onset become
/// <c>best.safetensors</c>, and the others go unless the options keep them. All of it is a function of the measurements, so a run that was
/// interrupted stops where one does that was not.
/// </remarks>
/// <param name="run">The run.</param>
/// <param name="options">Its options.</param>
internal sealed class EarlyStop(RunDirectory run, RunOptions options)
{
    private int judgedAt = -1;

    /// <summary>The name under which the weights of an evaluation are to be kept; null where they are not.</summary>
    public string? Keeps(int epoch) => options.Training.KeepCheckpoints || options.StopOnMemorisation ? CheckpointName(epoch) : null;

    /// <summary>The name, without extension, under which the weights of an evaluation are kept.</summary>
    public static string CheckpointName(int epoch) => $"epoch-{epoch:D5}";

    /// <summary>Epochs whose weights were kept, in ascending order.</summary>
    public static IReadOnlyList<int> KeptEpochs(RunDirectory run) => Directory.Exists(run.CheckpointFolder)
        ? [.. Directory.GetFiles(run.CheckpointFolder, "epoch-*.safetensors").Select(file => int.Parse(Path.GetFileNameWithoutExtension(file)["epoch-".Length..], CultureInfo.InvariantCulture)).Order()]
        : [];

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
        int epochs = options.Training.Epochs;
        if (!options.StopOnMemorisation)
            return done with { BestEpoch = verdict.TurnEpoch ?? verdict.GapEpoch ?? epochs };

        var onset = Onset(verdict);
        if (onset is { } found)
        {
            string kept = Checkpoint(CheckpointName(found.Epoch));

            // Gone where this was done already and the process ended before it could be written down.
            if (File.Exists(kept))
            {
                AtomicFile.Write(Checkpoint("best"), stream =>
                {
                    using FileStream file = File.OpenRead(kept);
                    file.CopyTo(stream);
                });
            }

            string ended = evaluatedAt < epochs ? $"pre-training stopped at epoch {evaluatedAt} of {epochs}" : "pre-training was at its end";
            var warning = new RunWarning(
                evaluatedAt,
                "memorisation",
                $"Memorisation set in at epoch {found.Epoch} in {found.Layer} (sign: {found.Sign}), so {ended}; checkpoints/best.safetensors is the encoder of epoch {found.Epoch}. {verdict.Reason}");
            done = done with { Warnings = [.. done.Warnings.Where(earlier => earlier.Kind != warning.Kind), warning] };
        }

        if (!options.Training.KeepCheckpoints)
        {
            foreach (string file in Directory.GetFiles(run.CheckpointFolder, "epoch-*.safetensors"))
            {
                File.Delete(file);
            }
        }

        return done with { BestEpoch = onset?.Epoch ?? evaluatedAt };
    }

    private MemorisationVerdict Judge() => MemorisationMonitor.Judge(run.LoadMetrics().Measurements, options.Monitor);

    private (int Epoch, string Layer, string Sign)? Onset(MemorisationVerdict verdict) => StopSign.Onset(verdict, options.MemorisationSign);

    private string Checkpoint(string name) => Path.Combine(run.CheckpointFolder, name + ".safetensors");
}
