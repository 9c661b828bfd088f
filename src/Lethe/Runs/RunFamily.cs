using Lethe.Runtime;

namespace Lethe.Runs;

/// <summary>Which pre-training a run belongs to.</summary>
internal static class RunFamily
{
    /// <summary>The pre-training that this is, or that it belongs to where it is an undo or a control.</summary>
    /// <exception cref="RunException">It belongs to none.</exception>
    public static RunDirectory Pretraining(this RunDirectory run) => run.FindPretraining() ?? throw new RunException(
        $"{run.Path} holds an undo, and no directory above it holds the pre-training that it belongs to. "
        + "Leave an undo where it was made, in RUN/umm/NAME.");

    /// <summary>The same; null where it belongs to none.</summary>
    public static RunDirectory? FindPretraining(this RunDirectory run)
    {
        for (string? path = Path.GetFullPath(run.Path); path is not null; path = Path.GetDirectoryName(path))
        {
            if (RunDirectory.HoldsRun(path) && RunDirectory.Open(path) is var found && found.LoadManifest().Kind == RunKind.Pretrain)
                return found;
        }

        return null;
    }
}
