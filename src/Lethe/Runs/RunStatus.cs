namespace Lethe.Runs;

/// <summary>How far a run got.</summary>
internal enum RunStatus
{
    /// <summary>At work, or ended without a chance to say so.</summary>
    Running,

    /// <summary>Stopped on request with its state saved.</summary>
    Interrupted,

    /// <summary>Finished.</summary>
    Done,

    /// <summary>Ended by an error, which <see cref="RunManifest.Failure"/> states.</summary>
    Failed,
}
