using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// An operation of our own in torch's graph. Its gradient may be made of such operations again, so that it can be differentiated as often
/// as they can.
/// </summary>
/// <remarks>
/// TorchSharp's own <c>autograd.Function</c> does the same, but keeps another tensor of the output's size for each call, every gradient on
/// the way until the step's scope ends, and what is saved for backward until the whole graph is gone. This one keeps no copy, lets go of a
/// gradient as soon as the next is there, and of what was saved as soon as <see cref="Gradients"/> says that the graph is not needed again.
/// </remarks>
internal sealed unsafe partial class GraphNode
{
    // Torch holds a node by its native half alone, so something must hold this half; it is let go of when torch frees the other.
    private static readonly HashSet<GraphNode> Alive = [];

    // What the last node on this thread returned: torch has taken its own reference by the next, or by the end of the pass.
    [ThreadStatic]
    private static Tensor[]? handedOver;

    [ThreadStatic]
    private static nint* wrapped;

    private readonly Input[] inputs;
    private readonly Backward backward;
    private readonly ApplyFunction apply;
    private readonly Action delete;
    private readonly nint* returned;
    private nint[]? saved;

    private GraphNode(Input[] inputs, Backward backward)
    {
        this.inputs = inputs;
        this.backward = backward;
        apply = Apply;
        delete = Delete;
        returned = (nint*)NativeMemory.AllocZeroed((nuint)inputs.Length, (nuint)sizeof(nint));
    }

    /// <summary>The gradient with respect to the inputs.</summary>
    /// <param name="kept">What the forward pass asked to keep, inputs as part of the graph.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="wanted">For each input, whether its gradient is asked for.</param>
    /// <returns>One for each input; null where it is not wanted.</returns>
    public delegate Tensor?[] Backward(Tensor[] kept, Tensor gradient, bool[] wanted);

    /// <summary>Operations in graphs that torch still holds.</summary>
    internal static int Count
    {
        get
        {
            lock (Alive)
                return Alive.Count;
        }
    }

    private delegate HandleList ApplyFunction(nint* gradients, int count);

    /// <summary>The output of an operation, in the graph if one is being made and an input requires a gradient.</summary>
    /// <param name="inputs">What it depends on. They must not be changed in place afterwards.</param>
    /// <param name="forward">
    /// Computes the output, a new tensor, and says what backward needs: inputs, and others that are constants as far as a derivative is
    /// concerned.
    /// </param>
    /// <param name="backward">Its gradient, from operations of torch and of this class.</param>
    /// <returns>The output.</returns>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Run(Tensor[] inputs, Func<Tensor[], (Tensor Output, Tensor[] Kept)> forward, Backward backward)
    {
        foreach (Tensor input in inputs)
            NativeTensor.RequireAlive(input);
        bool graph = is_grad_enabled() && inputs.Any(input => input.requires_grad);
        Tensor plain;
        Tensor[] kept;
        using (no_grad())
            (plain, kept) = forward(inputs);
        if (!graph)
            return plain;

        using (plain)
        {
            IEnumerable<Input> known = inputs.Select(
                input => new Input(input.requires_grad, input.is_leaf ? NativeTensor.Identity(input) : 0));
            var node = new GraphNode([.. known], backward);
            return node.Attach(inputs, kept, plain);
        }
    }

    /// <summary>Lets go of what the last node on this thread returned, once torch is through.</summary>
    internal static void LetGo()
    {
        foreach (Tensor tensor in handedOver ?? [])
            tensor.Dispose();
        handedOver = null;
    }

    private Tensor Attach(Tensor[] tensors, Tensor[] kept, Tensor plain)
    {
        lock (Alive)
            Alive.Add(this);
        NativeNode node = THSAutograd_CSharpNode_ctor(
            Marshal.GetFunctionPointerForDelegate(apply), Marshal.GetFunctionPointerForDelegate(delete));
        if (node.Shared == 0)
        {
            Delete();
            CheckForErrors();
            throw new InvalidOperationException("torch made no node.");
        }

        try
        {
            nint[] handles = [.. tensors.Select(tensor => tensor.Handle)];
            nint output = plain.Handle, result = 0;
            fixed (nint* first = handles)
            {
                var list = new HandleList(first, handles.Length);
                THSAutograd_CSharpNode_setNextEdges(node, list, 1);
                CheckForErrors();
                THSAutograd_CSharpNode_clearInputMetadata(node);
                wrapped = &result;
                THSAutograd_Function_wrapOutputs(list, default, default, new HandleList(&output, 1), node, &TakeOutput);
                CheckForErrors();
            }

            Tensor attached = Tensor.UnsafeCreateTensor(result);
            try
            {
                saved = [.. kept.Select(tensor => THSAutograd_SavedVariable_ctor(tensor.Handle, node, 0))];
                CheckForErrors();
                return attached;
            }
            catch
            {
                attached.Dispose();
                throw;
            }
        }
        finally
        {
            // From here on the output holds the node; without one it is deleted now.
            THSAutograd_CSharpNode_disposeSharedPtr(node);
            THSAutograd_CSharpNode_disposeWeakPtr(node);
            GC.KeepAlive(tensors);
            GC.KeepAlive(kept);
            GC.KeepAlive(plain);
        }
    }

    private HandleList Apply(nint* gradients, int count)
    {
        try
        {
            LetGo();
            new Span<nint>(returned, inputs.Length).Clear();
            if (count == 1 && gradients[0] != 0)
            {
                using var scope = NewDisposeScope();
                handedOver = Differentiate(Tensor.UnsafeCreateTensor(gradients[0]));
            }

            return new HandleList(returned, inputs.Length);
        }
        catch (Exception error)
        {
            // What leaves this method ends the process. Given no gradients at all, torch raises an error of its own, which reaches whoever
            // asked for the gradient; a pass of Gradients throws this one in its place, and of torch's own backward() at least a listener
            // can learn what happened.
            if (GradientPass.Current is { } pass)
                pass.Error ??= error;
            else
                Trace.TraceError($"An operation of Lethe failed in backward: {error}");
            return default;
        }
    }

    private Tensor[] Differentiate(Tensor gradient)
    {
        if (saved is null)
            throw new InvalidOperationException(
                "The graph of this operation was freed by an earlier backward pass. Keep it with retainGraph.");
        Tensor[] values = [.. saved.Select(variable => Tensor.UnsafeCreateTensor(THSAutograd_SavedVariable_unpack(variable, default)))];
        CheckForErrors();
        bool[] wanted =
            [.. inputs.Select(input => input.RequiresGradient && (input.Leaf == 0 || GradientPass.Current?.Wants(input.Leaf) != false))];
        Tensor?[] found = backward(values, gradient, wanted);
        if (found.Length != inputs.Length)
            throw new InvalidOperationException($"Expected {inputs.Length} gradients of this operation, found {found.Length}.");
        for (int i = 0; i < found.Length; i++)
            returned[i] = found[i]?.Handle ?? 0;
        if (GradientPass.Current is { FreesGraph: true })
            Release();
        return [.. found.OfType<Tensor>().Select(tensor => tensor.DetachFromDisposeScope())];
    }

    private void Delete()
    {
        Release();
        NativeMemory.Free(returned);
        lock (Alive)
            Alive.Remove(this);
    }

    private void Release()
    {
        foreach (nint variable in saved ?? [])
            THSAutograd_SavedVariable_dispose(variable);
        saved = null;
    }

    // Torch asks where to put the outputs of a node; there is one.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint* TakeOutput(nuint count) => wrapped;

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial NativeNode THSAutograd_CSharpNode_ctor(nint apply, nint delete);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial void THSAutograd_CSharpNode_setNextEdges(NativeNode node, HandleList inputs, byte executable);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial void THSAutograd_CSharpNode_clearInputMetadata(NativeNode node);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial void THSAutograd_Function_wrapOutputs(
        HandleList inputs, HandleList notDifferentiable, HandleList changed, HandleList outputs, NativeNode node,
        delegate* unmanaged[Cdecl]<nuint, nint*> allocate);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial nint THSAutograd_SavedVariable_ctor(nint tensor, NativeNode node, byte inPlaceOnView);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial nint THSAutograd_SavedVariable_unpack(nint variable, NativeNode node);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial void THSAutograd_SavedVariable_dispose(nint variable);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial void THSAutograd_CSharpNode_disposeSharedPtr(NativeNode node);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial void THSAutograd_CSharpNode_disposeWeakPtr(NativeNode node);

    /// <summary>What is known of an input without holding it; <paramref name="Leaf"/> is a leaf's identity, 0 for another tensor.</summary>
    private readonly record struct Input(bool RequiresGradient, nint Leaf);

    // The library's own layouts: a pair of pointers to a shared and a weak pointer, and an array with its length.
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct NativeNode(nint Shared, nint Weak);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct HandleList(nint* values, long count)
    {
        public readonly nint* Values = values;
        public readonly long Count = count;
    }
}
