using Lethe.Runs;

namespace Lethe.Workflow;

/// <summary>A training that rank 0 has the other ranks take part in: all that they need to make the same trainer.</summary>
/// <param name="Manifest">That of the run, or of the undo or control.</param>
/// <param name="Machine">Rank 0's.</param>
/// <param name="Plain">Whether an undo takes plain steps, as a control does.</param>
/// <param name="EpochsBefore">Epochs of pre-training behind an undo.</param>
/// <param name="DataRoot">Where a named source lies; null for where the options say.</param>
internal sealed record RankedJob(RunManifest Manifest, Machine Machine, bool Plain, double EpochsBefore, string? DataRoot = null);
