namespace Lethe.Runtime;

/// <summary>A run directory or a checkpoint cannot be used: in use, of another version, truncated, altered.</summary>
public sealed class RunException : LetheException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was expected, what was found, what to do.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public RunException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
