using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// A way to measure what an encoder is worth. Fitting and measuring are two steps, and the first is not given the test images: whatever
/// a protocol chooses or fits, it does without them.
/// </summary>
/// <remarks>
/// One object serves all states of an encoder, one after the other and by one thread, so it keeps nothing of one for the next. The images
/// and the encoder that it is given stay their owner's.
/// </remarks>
public abstract class Protocol
{
    /// <summary>What was done with which numbers, in sentences for a reader of the results.</summary>
    /// <returns>The settings.</returns>
    public abstract string Settings();

    /// <summary>Looks for what would make fitting fail, before long work starts.</summary>
    /// <param name="images">What will be fitted on.</param>
    /// <exception cref="LetheException">The images cannot be used; the message says what to do.</exception>
    public abstract void Check(FittingImages images);

    /// <summary>Fits, one model after the other; a model is measured before the next is fitted.</summary>
    /// <param name="encoder">The encoder; it is not changed.</param>
    /// <param name="images">What may be fitted on.</param>
    /// <param name="seed">Decides all that is random; the same for all states of an encoder, so that they compare.</param>
    /// <param name="cancellation">Stops soon.</param>
    /// <returns>The models; the caller disposes each.</returns>
    public abstract IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation);
}
