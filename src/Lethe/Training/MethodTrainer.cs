using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Ranks;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>A training of a whole method, long enough to be evaluated on the way, interrupted and resumed.</summary>
/// <param name="method">The method, on its device.</param>
/// <param name="loader">Gives the views.</param>
/// <param name="batchesPerStep">Batches that a step takes.</param>
internal abstract class MethodTrainer(SslMethod method, ViewLoader loader, int batchesPerStep = 1) : Trainer(loader, batchesPerStep)
{
    /// <summary>The method.</summary>
    public SslMethod Method => method;

    /// <summary>The optimiser, whose state goes into a checkpoint.</summary>
    public abstract Optimiser Optimiser { get; }

    /// <summary>A second optimiser whose state goes into a checkpoint; null where there is none.</summary>
    public abstract Optimiser? InnerOptimiser { get; }

    /// <summary>What measurements are filed under: epochs done, or iterations of UMM.</summary>
    public abstract int Now { get; }

    /// <summary>Now, in words, as "epoch 3 of 10".</summary>
    public abstract string NowInWords { get; }

    /// <summary>What helps where it diverges, as the beginning of a sentence.</summary>
    public abstract string AgainstDivergence { get; }

    /// <summary>Whether layers are to be measured now: before the first step, at intervals, after the last.</summary>
    public bool IsEvaluationDue => EvaluatesAt(State.Step);

    /// <summary>Evaluations between now and the end, the one that is due now left out.</summary>
    public int EvaluationsLeft
    {
        get
        {
            int left = 0;
            for (long step = State.Step + 1; step <= TotalSteps; step++)
                left += EvaluatesAt(step) ? 1 : 0;
            return left;
        }
    }

    /// <summary>Whether the means of the loss are to be noted, though no evaluation is due.</summary>
    public abstract bool IsNoteDue { get; }

    /// <summary>How the images of a batch are shared out; null where one process has them all.</summary>
    protected BatchShare? Share => Ranked is null ? null : new BatchShare(Ranked.Ranks, Loader.BatchSize);

    /// <summary>Has the method's backbones take this rank's images for the batch until it is disposed; null without ranks.</summary>
    protected SharedBatch? TakeShare() => Share is { } share ? new SharedBatch(Method, share) : null;

    /// <summary>The views of a batch as the method takes them: copied, on its device and of its type.</summary>
    protected Views ViewsOf(ViewBatch batch, Device device, IReadOnlyList<int>? labels)
    {
        Views views = DeviceViews.Of(batch, device, labels, Share);
        ScalarType type = Method.Backbone.parameters().First().dtype;
        return type == ScalarType.Float32 ? views : views with { Groups = [.. views.Groups.Select(group => group.to(type))] };
    }

    /// <summary>Makes gradients through this rank's images those of the whole batch, in place; nothing without ranks.</summary>
    protected void Complete(IReadOnlyList<Tensor?> gradients) => Ranked?.Complete(Optimiser.Parameters, gradients);

    /// <summary>Whether layers are to be measured after so many steps.</summary>
    protected abstract bool EvaluatesAt(long step);
}
