namespace Lethe.Runtime;

/// <summary>
/// An error that a person can act on. The message says what was expected, what was found and what to do;
/// it is shown without a stack trace.
/// </summary>
public abstract class LetheException : Exception
{
    private protected LetheException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
