using Lethe.Methods;
using Lethe.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Training;

/// <summary>
/// The early layers of a backbone that are held as they are for the first epochs of a training, so that fresh heads do not spoil
/// loaded weights. Batches run through them in evaluation mode without gradient; their batch-norm statistics do not move.
/// </summary>
/// <param name="method">The method that is trained.</param>
/// <param name="layers">The last frozen layer; <see cref="SplitPoint.Input"/> freezes nothing.</param>
/// <param name="steps">Steps for which they are frozen.</param>
internal sealed class FrozenStart(SslMethod method, SplitPoint layers, long steps) : IDisposable
{
    private FrozenLayers? copy;

    /// <summary>Whether layers are frozen at a step.</summary>
    /// <param name="step">Steps done.</param>
    public bool IsFrozen(long step) => layers != SplitPoint.Input && step < steps;

    /// <summary>Whether a step is the first with all layers trained, after some without.</summary>
    /// <param name="step">Steps done.</param>
    public bool Thaws(long step) => layers != SplitPoint.Input && step > 0 && step == steps;

    /// <summary>Makes parameters trained or not, as a step needs it.</summary>
    /// <param name="step">Steps done.</param>
    public void Prepare(long step)
    {
        if (layers == SplitPoint.Input)
            return;
        bool frozen = IsFrozen(step);
        foreach (Parameter parameter in method.Backbone.PartsUpTo(layers).SelectMany(part => part.parameters()))
            parameter.requires_grad = !frozen;
        foreach (Module<Tensor, Tensor> part in method.Backbone.PartsUpTo(layers).Where(_ => frozen))
            part.eval();
        if (!frozen)
            Dispose();
    }

    /// <summary>Brings views to where the trained part begins.</summary>
    /// <param name="views">Views that enter at the input.</param>
    /// <param name="step">Steps done.</param>
    /// <returns>The same views, or their maps after the frozen layers, of the dispose scope that is open.</returns>
    public Views Enter(Views views, long step)
    {
        if (!IsFrozen(step))
            return views;

        // Made here, since a checkpoint may have come in after the constructor.
        copy ??= new FrozenLayers(method.Backbone, layers);
        return views with { Groups = [.. views.Groups.Select(copy.Forward)], From = layers };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        copy?.Dispose();
        copy = null;
    }
}
