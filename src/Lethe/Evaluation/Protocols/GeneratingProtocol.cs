using Lethe.Data;

namespace Lethe.Evaluation.Protocols;

/// <summary>A protocol that draws its own images, whose truth is known, and is given none of a source.</summary>
internal abstract class GeneratingProtocol : Protocol
{
    /// <summary>Draws the images, the same ones for every encoder of that size and stride.</summary>
    /// <param name="size">Height and width that the encoder sees, in pixels.</param>
    /// <param name="stride">Pixels, a side, that one cell of its last map stands for.</param>
    /// <param name="threads">Threads that draw; the images do not depend on them.</param>
    /// <param name="cancellation">Stops the drawing.</param>
    /// <returns>What is fitted on, and what is measured on.</returns>
    public abstract (FittingImages Fitting, ImageSet Test) Draw(
        int size, int stride, int threads, CancellationToken cancellation = default);

    /// <inheritdoc/>
    public sealed override void Check(FittingImages images)
    {
        // What it draws itself can be used.
    }
}
