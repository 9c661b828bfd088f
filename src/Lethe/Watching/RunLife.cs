namespace Lethe.Watching;

/// <summary>What is to be said of a run at this moment.</summary>
internal enum RunLife
{
    /// <summary>A process works on it.</summary>
    Running,

    /// <summary>It says that it is at work, and nothing was heard of it for long: it was cut off.</summary>
    Stale,

    /// <summary>It ended on request and can go on.</summary>
    Interrupted,

    /// <summary>An error ended it.</summary>
    Failed,

    /// <summary>It is finished.</summary>
    Done,

    /// <summary>Its files cannot be read.</summary>
    Unreadable,
}
