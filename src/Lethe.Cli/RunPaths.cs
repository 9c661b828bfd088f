using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>Runs that a command line names: each by its directory, or all below a folder, as those of a sweep.</summary>
internal static class RunPaths
{
    /// <summary>The directories of the runs, a folder of runs replaced by those that are done in it.</summary>
    /// <param name="given">What was named.</param>
    /// <param name="terminal">Told what is left out of a folder.</param>
    /// <exception cref="RunException">A folder has runs, and none of them is done.</exception>
    public static string[] Expand(IEnumerable<string> given, Terminal terminal) => [.. given.SelectMany(path => Of(path, terminal))];

    private static string[] Of(string path, Terminal terminal)
    {
        // What holds no run either is said where it is opened, with what may have been meant.
        string[] runs = RunDirectory.HoldsRun(path) ? [] : [.. RunsBelow.Find(path)];
        if (runs.Length == 0)
            return [path];
        (string Path, RunStatus Status)[] all = [.. runs.Select(run => (run, RunDirectory.Open(run).LoadManifest().Status))];
        string[] left = [.. all.Where(run => run.Status != RunStatus.Done).Select(
            run => $"{Path.GetRelativePath(path, run.Path)} ({run.Status.ToString().ToLowerInvariant()})")];
        if (left.Length == runs.Length)
            throw new RunException($"No run in {path} is done: {string.Join(", ", left)}. Go on with one, or name it alone.");
        if (left.Length > 0)
            terminal.Say($"{path}: {left.Length} of {runs.Length} runs are left out, since they are not done: {string.Join(", ", left)}.");
        return [.. all.Where(run => run.Status == RunStatus.Done).Select(run => run.Path)];
    }
}
