using Lethe.Augmentation;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>Trains a method on views of unlabelled images: the method's loss, its gradient, a step of the optimiser.</summary>
internal sealed class Pretrainer : MethodTrainer
{
    private readonly TrainingOptions options;
    private readonly ulong seed;
    private readonly Device device;
    private readonly IReadOnlyList<int>? labels;
    private readonly string[] unscheduled;
    private readonly LearningRateSchedule schedule;
    private readonly FrozenStart start;
    private readonly int epochs;

    /// <summary>Prepares training from the start.</summary>
    /// <param name="method">The method; its parameters are on the device already.</param>
    /// <param name="loader">Gives the views.</param>
    /// <param name="options">How to train.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="device">Where the method is.</param>
    /// <param name="labels">What a method that takes labels is to learn, by the loader's images; null for others.</param>
    /// <exception cref="InvalidOptionException">An option cannot be used, or an epoch has no step.</exception>
    public Pretrainer(
        SslMethod method, ViewLoader loader, TrainingOptions options, ulong seed, Device device, IReadOnlyList<int>? labels = null)
        : base(method, loader, options.Accumulate)
    {
        options.Validate();
        this.options = options;
        epochs = options.EpochCount();
        this.seed = seed;
        this.device = device;
        this.labels = labels;
        if (StepsPerEpoch == 0)
        {
            throw new InvalidOptionException(
                $"An epoch has {loader.StepsPerEpoch} batches, fewer than the {options.Accumulate} that one step takes. Lower "
                + "--accumulate or --batch-size.");
        }

        unscheduled = [.. method.UnscheduledParts.Select(part => part + ".")];
        schedule = new LearningRateSchedule(options.PeakLearningRate(), (long)(options.WarmUp * TotalSteps), TotalSteps, options.Schedule);
        start = new FrozenStart(
            method, (SplitPoint)TrainingOptions.FreezeNames.ToList().IndexOf(options.Freeze),
            options.FreezeEpochs > 0 ? (long)options.FreezeEpochs * StepsPerEpoch : long.MaxValue);
        Optimiser = Optimiser.Create(options.Optimiser, method.named_parameters(), options.WeightDecay, options.Momentum);
    }

    /// <inheritdoc/>
    public override Optimiser Optimiser { get; }

    /// <summary>None.</summary>
    public override Optimiser? InnerOptimiser => null;

    /// <inheritdoc/>
    public override long TotalSteps => (long)StepsPerEpoch * epochs;

    /// <inheritdoc/>
    public override int Now => Epoch;

    /// <inheritdoc/>
    public override string NowInWords => $"epoch {(State.Step + StepsPerEpoch - 1) / StepsPerEpoch} of {epochs}";

    /// <inheritdoc/>
    public override string AgainstDivergence => LossCheck.OfPretraining;

    /// <summary>Never: evaluations alone are given means.</summary>
    public override bool IsNoteDue => false;

    /// <inheritdoc/>
    public override void Dispose()
    {
        start.Dispose();
        Optimiser.Dispose();
    }

    /// <inheritdoc/>
    protected override bool EvaluatesAt(long step) =>
        step % StepsPerEpoch == 0 && (step == TotalSteps || step / StepsPerEpoch % options.EvaluationInterval() == 0);

    /// <inheritdoc/>
    protected override StepReport Step(IEnumerable<ViewBatch> batches)
    {
        using SharedBatch? shared = TakeShare();
        Method.train();
        start.Prepare(State.Step);
        if (start.Thaws(State.Step))
            Optimiser.StartAnew();
        Optimiser.ZeroGradients();
        double learningRate = schedule.At(State.Step), total = 0;
        var place = new TrainingProgress(
            State.Step, TotalSteps, (double)State.Step / StepsPerEpoch, RandomStream.Derive(seed, (ulong)State.Step));
        var report = new StepReport();

        // In the warm-up an encoder is still what chance made it.
        bool watched = (State.Step + 1) % StepsPerEpoch == 0 && Epoch + 1 >= options.WarmUp * epochs;
        int taken = 0;
        foreach (ViewBatch batch in batches)
        {
            MethodLoss loss = Method.Loss(start.Enter(ViewsOf(batch, device, labels), State.Step), place);
            LossCheck.RequireFinite(loss, $"epoch {Epoch + 1}, step {State.Step + 1}", AgainstDivergence);
            Gradients.Accumulate(BatchesPerStep == 1 ? loss.Total : loss.Total.Over(BatchesPerStep));
            total += loss.Total.Value() / BatchesPerStep;
            State.Add("loss", loss.Total.Value());
            foreach ((string name, Tensor value) in loss.Terms)
                State.Add(name, value.Value());
            State.SumCount++;
            if (watched && ++taken == BatchesPerStep)
            {
                LossCheck.RequireFinite(loss.Embeddings, "embeddings", $"epoch {Epoch + 1}, step {State.Step + 1}", AgainstDivergence);
                report = new StepReport { Warning = loss.Warning?.Invoke(), Collapse = CollapseMonitor.Judge(loss.Embeddings.detach()) };
            }

            loss.Commit?.Invoke();
        }

        Complete([.. Optimiser.Parameters.Select(parameter => parameter.Value.grad)]);
        Optimiser.Step(name => unscheduled.Any(part => name.StartsWith(part, StringComparison.Ordinal)) ? schedule.Base : learningRate);
        State.Epoch = (double)(State.Step + 1) / StepsPerEpoch;
        State.LearningRate = learningRate;
        Method.AfterStep(place with { Step = State.Step + 1, Epoch = State.Epoch });
        return report with { Loss = total };
    }
}
