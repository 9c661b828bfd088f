namespace Lethe.Cli.Sweeps;

/// <summary>How a cell of a sweep stands.</summary>
internal enum CellOutcome
{
    /// <summary>It has not begun here.</summary>
    Waiting,

    /// <summary>It is at work here.</summary>
    Running,

    /// <summary>All of its steps are done.</summary>
    Done,

    /// <summary>A step failed, as often as it was tried.</summary>
    Failed,

    /// <summary>Another process makes it.</summary>
    Elsewhere,
}
