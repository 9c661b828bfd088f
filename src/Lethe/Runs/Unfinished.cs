using Lethe.Training;

namespace Lethe.Runs;

/// <summary>What is to be said wherever weights are used whose training has not come to its end, or has not begun.</summary>
internal static class Unfinished
{
    /// <summary>What is unfinished of a run, and of the pre-training where it is an undo, in a sentence for each.</summary>
    /// <param name="run">The run.</param>
    /// <param name="checkpoint">The weights that are used.</param>
    /// <returns>None where all is done, or where there are no such weights.</returns>
    public static IEnumerable<string> Sentences(RunDirectory run, string checkpoint = CheckpointStore.Last)
    {
        RunManifest manifest = run.LoadManifest();
        if (Sentence(run, manifest, run.Checkpoints.Peek(checkpoint), checkpoint) is { } own)
            yield return own;
        if (manifest.Kind == RunKind.Pretrain || run.FindPretraining() is not { } before)
            yield break;
        foreach (string sentence in Sentences(before))
            yield return sentence;
    }

    /// <summary>Whether the last weights of a run are those of chance.</summary>
    public static bool IsUntrained(RunDirectory run) =>
        run.Checkpoints.Peek() is { } state && IsUntrained(run.LoadManifest(), state);

    private static bool IsUntrained(RunManifest manifest, TrainingState state) =>
        manifest.Kind == RunKind.Pretrain && manifest.Origin is null && state.Epoch == 0;

    private static string? Sentence(RunDirectory run, RunManifest manifest, TrainingState? state, string checkpoint)
    {
        if (state is null)
            return null;
        bool pretraining = manifest.Kind == RunKind.Pretrain, untrained = IsUntrained(manifest, state);
        if (manifest.Status == RunStatus.Done)
            return untrained ? $"{run.Path}, checkpoint '{checkpoint}', is untrained: its weights are those of chance." : null;
        string ended = manifest.Status switch
        {
            RunStatus.Failed => "it failed",
            RunStatus.Interrupted => "it was interrupted",
            _ => "it is at work, or was cut off",
        };
        string place = pretraining
            ? Invariant($"epoch {state.Epoch:0.##} of {manifest.Pretraining.Training.Epochs}")
            : $"iteration {state.Step} of {manifest.Umm?.Iterations}";
        string again = pretraining
            ? $"lethe pretrain --resume --out {run.Path}"
            : manifest.Command + (manifest.Command.Contains("--resume", StringComparison.Ordinal) ? "" : " --resume");
        return (untrained
            ? $"{run.Path} is untrained: {ended} before an epoch was done, so its weights are those of chance."
            : $"The training of {run.Path} is not finished: {ended} at {place}.") + $" '{again}' continues it.";
    }
}
