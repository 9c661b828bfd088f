using Lethe.Runs;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>What a command line asks of a verb that pre-trains: a new run of some options, or one that is there to go on.</summary>
/// <param name="Machine">Where to compute.</param>
/// <param name="Path">The run directory.</param>
internal sealed record RunRequest(Machine Machine, string Path)
{
    /// <summary>The options of a new run; null where one goes on.</summary>
    public RunOptions? Options { get; init; }

    /// <summary>The run that goes on, as it was found; null where a new one begins.</summary>
    public RunManifest? Begun { get; init; }

    /// <summary>Epochs that the run that goes on is to have, where these are more than it has.</summary>
    public int? Longer { get; init; }

    /// <summary>Whether there is nothing left to train.</summary>
    public bool IsDone => Begun?.Status == RunStatus.Done && Longer is null;
}
