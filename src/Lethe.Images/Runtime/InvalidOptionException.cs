namespace Lethe.Runtime;

/// <summary>An option or argument has a value that cannot be used. Thrown before any data is read.</summary>
public sealed class InvalidOptionException : LetheException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was expected, what was found, what to do.</param>
    public InvalidOptionException(string message)
        : base(message)
    {
    }
}
