using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Umm;

/// <summary>The part of a method that UMM trains, late layers and heads, as something that can be put in place without training.</summary>
internal static class LateLayers
{
    /// <summary>
    /// Takes late layers and heads, batch-norm's statistics and all other state with them, from the same method at an earlier time
    /// (Stephenson et al. 2021, 2105.14602). Early layers stay as they are.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="earlier">The earlier one.</param>
    /// <param name="split">The last early layer.</param>
    public static void Take(SslMethod method, SslMethod earlier, SplitPoint split)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Dictionary<string, Tensor> from = earlier.state_dict();
        foreach ((string name, Tensor target) in method.state_dict())
        {
            if (!IsEarly(name, split))
                target.copy_(from[name]);
        }
    }

    /// <summary>
    /// Gives late layers and heads the mean of their weights over several times (Izmailov et al. 2018, 1803.05407), summed in double
    /// precision. Early layers and all that is no weight stay as they are; running statistics are those of other weights then.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="times">The same method at each time, one after the other; at least one.</param>
    /// <param name="split">The last early layer.</param>
    public static void Average(SslMethod method, IEnumerable<SslMethod> times, SplitPoint split)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Parameter[] late = Late(method);
        Tensor[] sums = [.. late.Select(parameter => zeros_like(parameter, ScalarType.Float64))];
        int count = 0;
        foreach (SslMethod time in times)
        {
            count++;
            foreach ((Tensor sum, Parameter value) in sums.Zip(Late(time)))
                sum.Plus_(value);
        }

        foreach ((Parameter parameter, Tensor sum) in late.Zip(sums))
            parameter.copy_(sum.Over(count));

        Parameter[] Late(SslMethod one) =>
            [.. one.named_parameters().Where(parameter => !IsEarly(parameter.name, split)).Select(parameter => parameter.parameter)];
    }

    /// <summary>
    /// Estimates the running statistics of late layers and heads anew, as the mean over the batches of an epoch, each as in training.
    /// </summary>
    /// <param name="method">The method; it is left in training mode, its early layers in evaluation mode.</param>
    /// <param name="loader">Gives the views.</param>
    /// <param name="split">The last early layer.</param>
    /// <param name="device">Where the method is.</param>
    /// <param name="labels">What a method that takes labels learns; null for others.</param>
    /// <param name="seed">For methods that draw.</param>
    /// <param name="tell">Told how many batches are done.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static void Reestimate(
        SslMethod method, ViewLoader loader, SplitPoint split, Device device, IReadOnlyList<int>? labels, ulong seed, Action<int> tell,
        CancellationToken cancellation)
    {
        method.train();
        foreach (Module part in method.Backbone.PartsUpTo(split))
            part.eval();
        using IDisposable withoutGradient = no_grad();
        using var frozen = new FrozenLayers(method.Backbone, split);
        using BatchNormStatistics averaged = BatchNormStatistics.Average(method);
        int done = 0;
        foreach (ViewBatch batch in loader.Batches(0, 0, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Views views = DeviceViews.Of(batch, device, labels);
            averaged.Next();
            method.Loss(
                Views.Pair(frozen.Forward(views.Full), split) with { Labels = views.Labels },
                TrainingProgress.AtTheEnd(RandomStream.Derive(seed, (ulong)done)));
            tell(++done);
        }
    }

    // Those of a momentum encoder too, which is run from the split like the trained one.
    private static bool IsEarly(string name, SplitPoint split)
    {
        const string Backbone = "backbone.";
        int place = name.LastIndexOf(Backbone, StringComparison.Ordinal);
        if (place < 0)
            return false;
        string part = name[(place + Backbone.Length)..].Split('.')[0];
        return part is "conv1" or "bn1" || ResNet.Layers.Take((int)split).Any(layer => ResNet.LayerName(layer) == part);
    }
}
