using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>What the nodes of a graph need to know of the backward pass that runs them, which torch does not tell them.</summary>
/// <param name="freesGraph">Whether nothing runs the graph again.</param>
/// <param name="wanted">The tensors whose gradients are asked for; null for all.</param>
internal sealed class GradientPass(bool freesGraph, IReadOnlyList<Tensor>? wanted)
{
    [ThreadStatic]
    private static GradientPass? current;

    private HashSet<nint>? identities; // made when a node asks: without nodes of our own nobody does

    /// <summary>The pass that this thread is in; null outside of <see cref="Gradients"/>.</summary>
    public static GradientPass? Current
    {
        get => current;
        set => current = value;
    }

    /// <summary>Whether nothing runs the graph again, so that what was saved for it can go.</summary>
    public bool FreesGraph => freesGraph;

    /// <summary>The first error within the pass.</summary>
    public Exception? Error { get; set; }

    /// <summary>Whether the gradient of a leaf is asked for.</summary>
    /// <param name="leaf">Its <see cref="NativeTensor.Identity"/>.</param>
    /// <returns>Whether it is.</returns>
    public bool Wants(nint leaf) => wanted is null || (identities ??= [.. wanted.Select(NativeTensor.Identity)]).Contains(leaf);
}
