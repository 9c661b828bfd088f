namespace Lethe.Cli;

/// <summary>Whether a verb goes on with what is there.</summary>
internal enum Resuming
{
    /// <summary>It begins; what is there is in the way.</summary>
    No,

    /// <summary>It goes on, and there must be something.</summary>
    Must,

    /// <summary>It begins or goes on, whichever it takes.</summary>
    May,
}
