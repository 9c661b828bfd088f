using Lethe.Data;

namespace Lethe.Evaluation.Protocols;

/// <summary>What a protocol has fitted. It measures, and changes no more.</summary>
/// <remarks>Used by one thread, and disposed by who asked for it before the protocol fits the next.</remarks>
public abstract class FittedModel : IDisposable
{
    /// <summary>What was fitted, as <c>linear</c> or <c>fine-tuned</c>; tells apart what one protocol gives.</summary>
    public required string Variant { get; init; }

    /// <summary>The layer whose features it takes; the last one where the whole network was trained.</summary>
    public required string Layer { get; init; }

    /// <summary>The part of the labels that it was fitted with, in (0, 1]; null where that is not the question.</summary>
    public double? LabelShare { get; init; }

    /// <summary>Which draw of images it was fitted on, from 0.</summary>
    public int Draw { get; init; }

    /// <summary>Images that it was fitted on.</summary>
    public required int FitCount { get; init; }

    /// <summary>The strength of the regularisation that was chosen, where one was.</summary>
    public double? Strength { get; init; }

    /// <summary>XXH3-128 of all that was fitted: equal exactly when every bit of it is.</summary>
    /// <returns>Hexadecimal digits.</returns>
    public abstract string Checksum();

    /// <summary>Measures on test images.</summary>
    /// <param name="encoder">The encoder that it was fitted with.</param>
    /// <param name="test">Labelled images that nothing was fitted on.</param>
    /// <param name="seed">Decides what is random in an interval.</param>
    /// <param name="cancellation">Stops soon.</param>
    /// <returns>One score for each measure, at least one.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of tensors.</summary>
    protected abstract void Release();
}
