using static TorchSharp.torch;

namespace Lethe.Numerics;

/// <summary>Gradients of a scalar. The only place that calls torch's <c>autograd.grad</c>.</summary>
public static class Gradients
{
    /// <summary>The gradients of <paramref name="loss"/> with respect to each of <paramref name="inputs"/>.</summary>
    /// <remarks>
    /// An error inside torch's native function ends the process instead of throwing, so everything that can be checked is
    /// checked before it. Two errors cannot be seen from here: a graph that an earlier call with
    /// <paramref name="retainGraph"/> false (or <c>backward()</c>) has freed, and a tensor of the graph that was since
    /// changed in place. For a vector–Jacobian product take the loss (outputs·vector).sum().
    /// </remarks>
    /// <param name="loss">One element, with a graph.</param>
    /// <param name="inputs">Tensors of the graph or leaves; each requires a gradient.</param>
    /// <param name="createGraph">Whether the gradients can be differentiated again.</param>
    /// <param name="retainGraph">
    /// Whether the graph of <paramref name="loss"/> stays usable. False frees its buffers on the way, which lowers the peak of
    /// memory. A graph is always kept with <paramref name="createGraph"/>.
    /// </param>
    /// <returns>One gradient for each input, of its shape; zeros where the loss does not depend on it.</returns>
    /// <exception cref="ArgumentException">The loss is not a scalar with a graph, or an input requires no gradient.</exception>
    public static Tensor[] Of(Tensor loss, IReadOnlyList<Tensor> inputs, bool createGraph = false, bool retainGraph = true)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(inputs);
        if (loss.IsInvalid)
            throw new ArgumentException("The loss has been disposed.", nameof(loss));
        if (loss.numel() != 1)
            throw new ArgumentException($"Expected a loss of one element, found shape [{string.Join(", ", loss.shape)}]. Take its mean or sum.", nameof(loss));
        if (!loss.requires_grad)
            throw new ArgumentException("The loss has no graph: it was computed without gradients, detached, or from nothing that requires a gradient.", nameof(loss));
        if (inputs.Count == 0)
            throw new ArgumentException("Expected at least one input to differentiate by, found none.", nameof(inputs));
        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i] is null || inputs[i].IsInvalid)
                throw new ArgumentException($"Input {i} is missing or has been disposed.", nameof(inputs));
            if (!inputs[i].requires_grad)
                throw new ArgumentException($"Input {i}, of shape [{string.Join(", ", inputs[i].shape)}], does not require a gradient. Set requires_grad before the loss is computed.", nameof(inputs));
        }

        IList<Tensor> found = autograd.grad([loss], [.. inputs], retain_graph: retainGraph || createGraph, create_graph: createGraph, allow_unused: true);
        var gradients = new Tensor[inputs.Count];
        for (int i = 0; i < gradients.Length; i++)
        {
            gradients[i] = found[i].IsInvalid ? zeros_like(inputs[i], requires_grad: false) : found[i];
        }

        return gradients;
    }
}
