namespace Lethe.Runtime;

/// <summary>A file or a data set is missing, unreadable, or not what it should be.</summary>
public sealed class DataException : LetheException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was expected, what was found, what to do.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public DataException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
