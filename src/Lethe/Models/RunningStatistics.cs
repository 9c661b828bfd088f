using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// The running statistics that a module's batch-norm layers had, so that a pass can still be made by them after another pass has
/// moved them.
/// </summary>
internal sealed class RunningStatistics : IDisposable
{
    private readonly List<(Tensor Buffer, Tensor Kept)> found;

    /// <summary>Keeps what the layers have now.</summary>
    /// <param name="module">The module with the layers.</param>
    public RunningStatistics(Module module) =>
        found = [.. BatchNormLayer.Within(module).SelectMany(layer => layer.buffers()).Select(buffer => (buffer, buffer.clone()))];

    /// <summary>Gives the layers what is kept, and keeps what they had, bit for bit: the second time undoes the first.</summary>
    public void Swap()
    {
        foreach ((Tensor buffer, Tensor kept) in found)
        {
            using Tensor present = buffer.clone();
            buffer.copy_(kept);
            kept.copy_(present);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => found.ForEach(statistic => statistic.Kept.Dispose());
}
