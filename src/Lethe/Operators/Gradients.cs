using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>Gradients of a scalar. The only place that asks torch for them.</summary>
/// <remarks>
/// TorchSharp's <c>autograd.grad</c> lets errors of torch end the process. The same function, called from a script of torch's own, lets
/// them reach the caller.
/// </remarks>
internal static class Gradients
{
    private const string Function = "gradients";

    // Torch reads no last line without an end.
    private const string Source = $"""
        def {Function}(loss: Tensor, inputs: List[Tensor], retain_graph: bool, create_graph: bool) -> List[Tensor]:
            found = torch.autograd.grad([loss], inputs, None, retain_graph, create_graph, True)
            gradients: List[Tensor] = []
            for i in range(len(inputs)):
                gradient = found[i]
                gradients.append(torch.zeros_like(inputs[i]) if gradient is None else gradient)
            return gradients

        """;

    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile(Source));

    /// <summary>Adds the gradients of a loss to those of all leaves of its graph, and frees the graph on the way.</summary>
    /// <param name="loss">One element, with a graph.</param>
    /// <exception cref="ArgumentException">The loss is not a scalar with a graph.</exception>
    /// <exception cref="InvalidOperationException">
    /// The graph was freed before, or a tensor of it changed in place, or torch has no memory left.
    /// </exception>
    public static void Accumulate(Tensor loss)
    {
        Check(loss);
        Run(new GradientPass(freesGraph: true, wanted: null), loss.backward);
    }

    /// <summary>The gradients of <paramref name="loss"/> with respect to each of <paramref name="inputs"/>.</summary>
    /// <remarks>
    /// For a vector–Jacobian product take the loss (outputs·vector).sum(). A leaf that was given other memory since (<c>set_</c>,
    /// <c>resize_</c>) is a new one to torch, of which the loss is independent.
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
    /// <exception cref="InvalidOperationException">
    /// The graph was freed before, or a tensor of it changed in place, or torch has no memory left.
    /// </exception>
    public static Tensor[] Of(Tensor loss, IReadOnlyList<Tensor> inputs, bool createGraph = false, bool retainGraph = true)
    {
        Check(loss);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0)
            throw new ArgumentException("Expected at least one input to differentiate by, found none.", nameof(inputs));
        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i] is null || inputs[i].IsInvalid)
                throw new ArgumentException($"Input {i} is missing or has been disposed.", nameof(inputs));
            if (!inputs[i].requires_grad)
            {
                throw new ArgumentException(
                    $"Input {i}, of shape [{string.Join(", ", inputs[i].shape)}], does not require a gradient. "
                    + "Set requires_grad before the loss is computed.",
                    nameof(inputs));
            }
        }

        bool keep = retainGraph || createGraph;
        Tensor[] found = [];
        Run(
            new GradientPass(!keep, inputs),
            () => found = (Tensor[])Script.Value.invoke(Function, loss, inputs.ToArray(), keep, createGraph));
        return found;
    }

    private static void Check(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.IsInvalid)
            throw new ArgumentException("The loss has been disposed.", nameof(loss));
        if (loss.numel() != 1)
        {
            throw new ArgumentException(
                $"Expected a loss of one element, found shape [{string.Join(", ", loss.shape)}]. Take its mean or sum.", nameof(loss));
        }

        if (!loss.requires_grad)
        {
            throw new ArgumentException(
                "The loss has no graph: it was computed without gradients, detached, or from nothing that requires a gradient.",
                nameof(loss));
        }
    }

    private static void Run(GradientPass next, Action backward)
    {
        GradientPass? outer = GradientPass.Current;
        GradientPass.Current = next;
        try
        {
            backward();
        }
        catch (ExternalException error)
        {
            // After an error in a node of ours torch raises one of its own, which says less.
            next.Error ??= new InvalidOperationException($"torch cannot compute this gradient: {Reason(error)}", error);
        }
        finally
        {
            GradientPass.Current = outer;
            GraphNode.LetGo();
        }

        if (next.Error is { } thrown)
            ExceptionDispatchInfo.Throw(thrown);
    }

    // What follows the trace of the script, without the trace of torch's own code.
    private static string Reason(ExternalException error)
    {
        const string Mark = "RuntimeError: ";
        int mark = error.Message.LastIndexOf(Mark, StringComparison.Ordinal);
        return (mark < 0 ? error.Message : error.Message[(mark + Mark.Length)..]).Split('\n')[0];
    }
}
