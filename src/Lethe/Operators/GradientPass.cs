using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>What the nodes of a graph need to know of the backward pass that runs them, which torch does not tell them.</summary>
internal sealed class GradientPass
{
    private readonly HashSet<nint>? wanted;

    /// <summary>Begins a pass.</summary>
    /// <param name="freesGraph">Whether nothing runs the graph again.</param>
    /// <param name="wanted">The leaves whose gradients are asked for; null for all.</param>
    public unsafe GradientPass(bool freesGraph, IReadOnlyList<Tensor>? wanted)
    {
        FreesGraph = freesGraph;
        this.wanted = wanted is null ? null : [.. wanted.Where(tensor => tensor.device_type == TorchSharp.DeviceType.CPU).Select(tensor => (nint)NativeTensor.Data(tensor))];
    }

    /// <summary>Whether nothing runs the graph again, so that what was saved for it can go.</summary>
    public bool FreesGraph { get; }

    /// <summary>The first error within the pass.</summary>
    public Exception? Error { get; set; }

    /// <summary>Whether the gradient of a leaf is asked for.</summary>
    /// <param name="leaf">Where its numbers lie.</param>
    /// <returns>Whether it is.</returns>
    public bool Wants(nint leaf) => wanted is null || wanted.Contains(leaf);
}
