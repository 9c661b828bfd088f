using Lethe.Augmentation;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Training;
using Lethe.Umm.Hypergradients;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Umm;

/// <summary>
/// The Undoing Memorization Mechanism (Qiang et al. 2024, 2410.00772): fine-tunes the late layers and heads of a
/// pre-trained method by a bi-level problem over frozen early features. As a control it takes the same steps on the
/// method's loss alone.
/// </summary>
/// <remarks>
/// Level one: φ′ = φ − η₁∇[L_ssl(φ) + β·JS(φ)]. Level two: φ ← φ − η₂∇_φ[L_ssl(φ′) − α·ΔR(h(φ′))/bound]; where level one is kept,
/// φ ← φ′ − η₂∇[L_ssl(φ′) − α·ΔR(h(φ′))/bound]. The early part runs in evaluation mode without gradient, once for each batch, and is the
/// same bits before and after.
/// </remarks>
internal sealed class UmmTrainer : MethodTrainer
{
    private readonly UmmOptions options;
    private readonly bool control;
    private readonly ulong seed;
    private readonly Device device;
    private readonly double epochsBefore;
    private readonly IReadOnlyList<int>? labels;
    private readonly SplitPoint split;
    private readonly Hypergradient hypergradient;
    private readonly List<Parameter> parameters;
    private readonly InnerStep innerStep;
    private FrozenLayers? frozen;

    /// <summary>Prepares fine-tuning.</summary>
    /// <param name="method">The pre-trained method with its heads. Its early layers are frozen from here on.</param>
    /// <param name="loader">Gives the views; both levels use the full-size ones alone.</param>
    /// <param name="options">The problem and how to solve it.</param>
    /// <param name="control">Takes plain steps on the method's loss instead.</param>
    /// <param name="seed">The run's seed; the control sees the same batches under the same seed.</param>
    /// <param name="device">Where the method is.</param>
    /// <param name="epochsBefore">Epochs of pre-training behind the method.</param>
    /// <param name="labels">What a method that takes labels is to learn, by the loader's images; null for others.</param>
    public UmmTrainer(
        SslMethod method, ViewLoader loader, UmmOptions options, bool control, ulong seed, Device device, double epochsBefore = 0,
        IReadOnlyList<int>? labels = null)
        : base(method, loader, options.TakesFreshBatch ? 2 : 1)
    {
        options.Validate();
        this.options = options;
        this.control = control;
        this.seed = seed;
        this.device = device;
        this.epochsBefore = epochsBefore;
        this.labels = labels;
        split = ResNet.ParseSplit(options.Split);
        hypergradient = Hypergradient.Create(options);
        foreach (Parameter parameter in method.Backbone.PartsUpTo(split).SelectMany(part => part.parameters()))
        {
            parameter.requires_grad = false;
        }

        Optimiser = Optimiser.Create(options.OuterOptimiser, method.named_parameters(), weightDecay: 0, momentum: 0.9);
        parameters = [.. Optimiser.Parameters.Select(parameter => parameter.Value)];
        innerStep = new InnerStep(options, Optimiser.Parameters);
    }

    /// <summary>The optimiser of level two.</summary>
    public override Optimiser Optimiser { get; }

    /// <summary>That of level one, where its steps have state.</summary>
    public override Optimiser? InnerOptimiser => innerStep.Optimiser;

    /// <inheritdoc/>
    public override long TotalSteps => options.Iterations;

    /// <inheritdoc/>
    public override int Now => (int)State.Step;

    /// <inheritdoc/>
    public override string NowInWords => $"iteration {State.Step} of {options.Iterations}";

    /// <inheritdoc/>
    public override string AgainstDivergence => LossCheck.OfUndo;

    /// <summary>At multiples of <see cref="UmmOptions.RecordInterval"/>.</summary>
    public override bool IsNoteDue => State.Step % options.RecordInterval() == 0;

    /// <inheritdoc/>
    public override void Dispose()
    {
        frozen?.Dispose();
        innerStep.Dispose();
        Optimiser.Dispose();
    }

    /// <inheritdoc/>
    protected override bool EvaluatesAt(long step) => step == options.Iterations || step % options.EvaluationInterval() == 0;

    /// <summary>Takes one step of both levels, or of the control.</summary>
    /// <param name="batches">
    /// Images as two stacked views, [2N, C, H, W], normalised: those of both levels, or of level one and then of level two. Each is valid
    /// until the next is asked for.
    /// </param>
    /// <returns>The loss of level two.</returns>
    internal double Descend(params IEnumerable<Tensor> batches) =>
        Descend(batches.Select(images => Views.Pair(images)));

    /// <inheritdoc/>
    protected override StepReport Step(IEnumerable<ViewBatch> batches) =>
        new() { Loss = Descend(batches.Select(batch => ViewsOf(batch, device, labels))) };

    private double Descend(IEnumerable<Views> batches)
    {
        using SharedBatch? shared = TakeShare();
        Method.train();
        foreach (Module<Tensor, Tensor> part in Method.Backbone.PartsUpTo(split))
        {
            part.eval();
        }

        // Made here, since a checkpoint may have come in after the constructor.
        frozen ??= new FrozenLayers(Method.Backbone, split);
        string place = $"iteration {State.Step + 1} of {(control ? "the control" : "UMM")}";
        double epochs = epochsBefore + (double)State.Step / StepsPerEpoch;
        var now = new TrainingProgress(State.Step, options.Iterations, epochs, RandomStream.Derive(seed, (ulong)State.Step));
        Dosage? dosage = options.Dose == UmmOptions.Share ? new Dosage(State) : null;
        BilevelProblem[] problems =
        [
            .. (control ? batches.TakeLast(1) : batches).Select(views => new BilevelProblem(
                Method, frozen.Forward(views.Full).requires_grad_(), parameters, now, options, dosage, views.Labels)
            {
                Share = Share, Complete = Complete,
            }),
        ];
        LevelTwo two = control ? PlainStep(problems[^1], place) : BilevelStep(problems[0], problems[^1], place);
        State.Add(Measure.Loss, two.Loss.Total.Value());
        State.Add(Measure.LevelTwoLoss, two.Total.Value());
        State.Add(Measure.BatchReduction, two.Reduction.Value());
        State.SumCount++;
        State.Epoch = epochsBefore + (double)(State.Step + 1) / StepsPerEpoch;
        State.LearningRate = options.OuterLearningRate;
        two.Loss.Commit?.Invoke();
        Method.AfterStep(now with { Step = State.Step + 1, Epoch = State.Epoch });
        return two.Total.Value();
    }

    private LevelTwo PlainStep(BilevelProblem problem, string place)
    {
        LevelTwo plain = problem.LevelTwo(place);
        Optimiser.Step([.. problem.Gradient(plain.Loss.Total, retainGraph: false)], options.OuterLearningRate);
        return plain;
    }

    private LevelTwo BilevelStep(BilevelProblem first, BilevelProblem second, string place)
    {
        (IReadOnlyList<Tensor> inner, LevelOne one) = first.LevelOneGradient(place);
        State.Add(Measure.LevelOneLoss, one.Total.Value());
        State.Add(Measure.JensenShannon, one.Divergence.Value());
        State.Add(Measure.VolumeSpread, one.LogVolume.std().Value());

        // Level two moves the running statistics, but the second order belongs to the level one that was descended: to those from before.
        using RunningStatistics? before = hypergradient is FirstOrder ? null : new RunningStatistics(Method);
        using ParameterValues? start = options.KeepsLevelOne ? null : new ParameterValues(parameters);
        first.InnerLearningRate = innerStep.Take(inner);
        (IReadOnlyList<Tensor> outer, LevelTwo two) = second.LevelTwoGradient(place);
        start?.Restore();
        before?.Swap();
        IReadOnlyList<Tensor> whole = hypergradient.Complete(first, outer, place);
        before?.Swap();
        Optimiser.Step([.. whole], options.OuterLearningRate);
        return two;
    }
}
