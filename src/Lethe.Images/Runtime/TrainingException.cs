namespace Lethe.Runtime;

/// <summary>Training cannot go on: a loss is not finite, a decomposition failed.</summary>
public sealed class TrainingException : LetheException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What happened, in which epoch, step and term, and what to try.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public TrainingException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>
    /// Whether weights, or what they give, have left the finite numbers: the same steps from the last checkpoint would end there again.
    /// </summary>
    internal bool Diverged { get; init; }
}
