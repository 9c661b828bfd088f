using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// What batch-norm layers do with statistics while several training-mode passes over one batch are made, of which only one
/// is to count. Each kind lasts until it is disposed, and may be within another.
/// </summary>
internal sealed class BatchNormStatistics : IDisposable
{
    private readonly List<(BatchNormLayer Layer, BatchNormPass Pass)> found = [];
    private int passes;

    private BatchNormStatistics(Module module, BatchNormPass added)
    {
        foreach (BatchNormLayer layer in BatchNormLayer.Within(module))
        {
            found.Add((layer, layer.Pass));
            layer.Pass |= added;
        }
    }

    /// <summary>Holds the running statistics of all batch-norm layers of a module as they are.</summary>
    /// <param name="module">The module.</param>
    /// <returns>The hold.</returns>
    public static BatchNormStatistics Hold(Module module) => new(module, BatchNormPass.Held);

    /// <summary>
    /// Holds the running statistics, and computes from operations that can be differentiated three times, at a higher cost. Values agree
    /// with those of other passes up to rounding.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <returns>The hold.</returns>
    public static BatchNormStatistics HoldForThirdDerivative(Module module) =>
        new(module, BatchNormPass.Held | BatchNormPass.ThirdDerivative);

    /// <summary>Normalises by the running statistics, as in evaluation mode, so that samples of a batch do not mix.</summary>
    /// <param name="module">The module; it stays in training mode.</param>
    /// <returns>The hold.</returns>
    public static BatchNormStatistics UseRunning(Module module) => new(module, BatchNormPass.Held | BatchNormPass.Evaluation);

    /// <summary>
    /// Makes the running statistics the mean over all passes from here on, each counting alike, rather than over the last few.
    /// </summary>
    /// <param name="module">The module. Layers in evaluation mode keep theirs.</param>
    /// <returns>The hold, which is told of each pass before it is made.</returns>
    public static BatchNormStatistics Average(Module module) => new(module, BatchNormPass.Usual);

    /// <summary>The next pass of an average is about to be made.</summary>
    public void Next()
    {
        passes++;
        foreach ((BatchNormLayer layer, _) in found)
            layer.Momentum = 1.0 / passes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((BatchNormLayer layer, BatchNormPass pass) in found)
        {
            layer.Pass = pass;
            layer.Momentum = BatchNormLayer.UsualMomentum;
        }
    }
}
