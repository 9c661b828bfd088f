using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>Gradients of a scalar. The only place that calls torch's <c>autograd.grad</c> and <c>backward</c>.</summary>
public static class Gradients
{
    [ThreadStatic]
    private static GradientPass? pass;

    /// <summary>The pass that this thread is in, for <see cref="GraphNode"/>.</summary>
    internal static GradientPass? Pass => pass;

    /// <summary>Adds the gradients of a loss to those of all leaves of its graph, and frees the graph on the way.</summary>
    /// <param name="loss">One element, with a graph.</param>
    public static void Accumulate(Tensor loss) => Run(new GradientPass(freesGraph: true, wanted: null), loss.backward);

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

        bool keep = retainGraph || createGraph;
        IList<Tensor> found = [];
        Run(new GradientPass(!keep, inputs), () => found = autograd.grad([loss], [.. inputs], retain_graph: keep, create_graph: createGraph, allow_unused: true));
        var gradients = new Tensor[inputs.Count];
        for (int i = 0; i < gradients.Length; i++)
        {
            gradients[i] = found[i].IsInvalid ? zeros_like(inputs[i], requires_grad: false) : found[i];
        }

        return gradients;
    }

    private static void Run(GradientPass next, Action backward)
    {
        GradientPass? outer = pass;
        pass = next;
        try
        {
            backward();
        }
        finally
        {
            pass = outer;
        }

        if (next.Error is { } error)
            ExceptionDispatchInfo.Throw(error);
    }
}
