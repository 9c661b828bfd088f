using Lethe.Augmentation;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
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
/// Level one: φ′ = φ − η₁∇[L_ssl(φ) + β·JS(φ)]. Level two: φ ← φ − η₂∇_φ[L_ssl(φ′) − α·ΔR(h(φ′))/bound]. The early part
/// runs in evaluation mode without gradient, once for each batch, and is the same bits before and after.
/// </remarks>
internal sealed class UmmTrainer : MethodTrainer
{
    private readonly UmmOptions options;
    private readonly bool control;
    private readonly ulong seed;
    private readonly Device device;
    private readonly double epochsBefore;
    private readonly SplitPoint split;
    private readonly Hypergradient hypergradient;
    private readonly List<Parameter> parameters;
    private FrozenLayers? frozen;

    /// <summary>Prepares fine-tuning.</summary>
    /// <param name="method">The pre-trained method with its heads. Its early layers are frozen from here on.</param>
    /// <param name="loader">Gives the views; both levels use the full-size ones alone.</param>
    /// <param name="options">The problem and how to solve it.</param>
    /// <param name="control">Takes plain steps on the method's loss instead.</param>
    /// <param name="seed">The run's seed; the control sees the same batches under the same seed.</param>
    /// <param name="device">Where the method is.</param>
    /// <param name="epochsBefore">Epochs of pre-training behind the method.</param>
    public UmmTrainer(
        SslMethod method, ViewLoader loader, UmmOptions options, bool control, ulong seed, Device device, double epochsBefore = 0)
        : base(method, loader)
    {
        options.Validate();
        this.options = options;
        this.control = control;
        this.seed = seed;
        this.device = device;
        this.epochsBefore = epochsBefore;
        split = ResNet.ParseSplit(options.Split);
        hypergradient = Hypergradient.Create(options);
        foreach (Parameter parameter in method.Backbone.PartsUpTo(split).SelectMany(part => part.parameters()))
        {
            parameter.requires_grad = false;
        }

        Optimiser = Optimiser.Create(options.OuterOptimiser, method.named_parameters(), weightDecay: 0, momentum: 0.9);
        parameters = [.. Optimiser.Parameters.Select(parameter => parameter.Value)];
    }

    /// <summary>The optimiser of level two.</summary>
    public override Optimiser Optimiser { get; }

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
        Optimiser.Dispose();
    }

    /// <inheritdoc/>
    protected override bool EvaluatesAt(long step) => step == options.Iterations || step % options.EvaluationInterval() == 0;

    /// <summary>Takes one step of both levels, or of the control.</summary>
    /// <param name="images">Two stacked views, [2N, C, H, W], normalised.</param>
    /// <returns>The loss of level two.</returns>
    internal double Descend(Tensor images)
    {
        Method.train();
        foreach (Module<Tensor, Tensor> part in Method.Backbone.PartsUpTo(split))
        {
            part.eval();
        }

        // Made here, since a checkpoint may have come in after the constructor.
        frozen ??= new FrozenLayers(Method.Backbone, split);
        Tensor early = frozen.Forward(images); // [2N, C, H, W]
        string place = $"iteration {State.Step + 1} of {(control ? "the control" : "UMM")}";
        double epochs = epochsBefore + (double)State.Step / StepsPerEpoch;
        var now = new TrainingProgress(State.Step, options.Iterations, epochs, RandomStream.Derive(seed, (ulong)State.Step));
        var problem = new BilevelProblem(Method, early.requires_grad_(), parameters, now, options);
        LevelTwo two = control ? PlainStep(problem, place) : BilevelStep(problem, place);
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

    /// <inheritdoc/>
    protected override StepReport Step(IEnumerable<ViewBatch> batches) =>
        new() { Loss = Descend(DeviceViews.Of(batches.Single(), device).Full) };

    private LevelTwo PlainStep(BilevelProblem problem, string place)
    {
        LevelTwo plain = problem.LevelTwo(place);
        Optimiser.Step([.. Gradients.Of(plain.Loss.Total, parameters, retainGraph: false)], options.OuterLearningRate);
        return plain;
    }

    private LevelTwo BilevelStep(BilevelProblem problem, string place)
    {
        (IReadOnlyList<Tensor> inner, LevelOne one) = problem.LevelOneGradient(place);
        State.Add(Measure.LevelOneLoss, one.Total.Value());
        State.Add(Measure.JensenShannon, one.Divergence.Value());
        State.Add(Measure.VolumeSpread, one.LogVolume.std().Value());

        // Level two moves the running statistics, but the second order belongs to the level one that was descended: to those from before.
        using RunningStatistics? before = hypergradient is FirstOrder ? null : new RunningStatistics(Method);
        using var start = new ParameterValues(parameters);
        start.Shift(inner, -options.InnerLearningRate);
        LevelTwo two = problem.LevelTwo(place);
        IReadOnlyList<Tensor> outer = Gradients.Of(two.Total, parameters, retainGraph: false);
        start.Restore();
        before?.Swap();
        IReadOnlyList<Tensor> whole = hypergradient.Complete(problem, outer, place);
        before?.Swap();
        Optimiser.Step([.. whole], options.OuterLearningRate);
        return two;
    }
}
