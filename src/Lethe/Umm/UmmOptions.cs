using Lethe.Models;
using Lethe.Runtime;
using Lethe.Umm.Hypergradients;
using Lethe.Umm.VolumeFactors;

namespace Lethe.Umm;

/// <summary>Options of the Undoing Memorization Mechanism.</summary>
public sealed record UmmOptions
{
    // More cannot be told apart on a screen, and metrics.jsonl stays small.
    private const int CoursePoints = 200;

    /// <summary>The last frozen layer: stem, layer1, layer2 or layer3.</summary>
    public string Split { get; init; } = "layer2";

    /// <summary>Steps of level two. The last state is kept; docs/results/umm.md says what more steps and other rules did.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>Images in a batch; 0 takes as many as pre-training did.</summary>
    public int BatchSize { get; init; }

    /// <summary>α, the weight of ΔR in level two, where ΔR is divided by its upper bound for the batch.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>β, the weight of the alignment in level one.</summary>
    public double Beta { get; init; } = 10;

    /// <summary>The volume factor by which the last layer's density is estimated: loss-gradient, jacobian-volume or jacobian-norm.</summary>
    public string Volume { get; init; } = LossGradient.Name;

    /// <summary>q, the number of random directions of features in which jacobian-volume and jacobian-norm look.</summary>
    public int Probes { get; init; } = 8;

    /// <summary>δ, what jacobian-volume adds to each squared stretch, so that a direction without any has a volume.</summary>
    public double VolumeFloor { get; init; } = 1e-6;

    /// <summary>
    /// How level two differentiates through level one: first-order, finite-difference or exact. In docs/results/umm.md the second order gained nothing.
    /// </summary>
    public string Hypergradient { get; init; } = FirstOrder.Name;

    /// <summary>
    /// How far finite-difference moves the parameters either way, as a length: its source's value. A ReLU network has kinks on the way,
    /// and on the embedded images 0.1 came nearer to exact.
    /// </summary>
    public double FiniteDifferenceRadius { get; init; } = 0.01;

    /// <summary>η₁, the step of level one (plain gradient descent).</summary>
    public double InnerLearningRate { get; init; } = 1e-2;

    /// <summary>η₂, the step of level two, and of the control.</summary>
    public double OuterLearningRate { get; init; } = 3e-4;

    /// <summary>The optimiser of level two, and of the control: sgd, adam, adamw or lars. No weight decay.</summary>
    public string OuterOptimiser { get; init; } = "adam";

    /// <summary>ε² of the coding rate.</summary>
    public double EpsilonSquared { get; init; } = 0.5;

    /// <summary>Ablation: the alignment has no gradient, as in the authors' published code.</summary>
    public bool CutAlignment { get; init; }

    /// <summary>Ablation: ΔR is minimised, as in the authors' published code.</summary>
    public bool MinimiseReduction { get; init; }

    /// <summary>Runs the control beside it: as many steps of the method's loss alone, from the same state, with the same part frozen.</summary>
    public bool Control { get; init; } = true;

    /// <summary>Iterations between evaluations; 0 spreads five over the run.</summary>
    public int EvaluateIterations { get; init; }

    /// <summary>Iterations between evaluations after defaults.</summary>
    /// <returns>At least 1.</returns>
    internal int EvaluationInterval() => EvaluateIterations > 0 ? EvaluateIterations : Math.Max(1, Iterations / 5);

    /// <summary>
    /// Iterations between points of the course of losses and divergences: each one up to 200 iterations, then as few as keep it at
    /// 200 points. An evaluation in between is a point as well.
    /// </summary>
    /// <returns>At least 1.</returns>
    internal int RecordInterval() => Math.Max(1, (Iterations + CoursePoints - 1) / CoursePoints);

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        ResNet.ParseSplit(Split);
        VolumeFactor.Create(this);
        Hypergradients.Hypergradient.Create(this);
        if (Iterations < 1)
            throw new InvalidOptionException($"--iterations must be at least 1, found {Iterations}.");
        if (BatchSize is < 0 or 1)
            throw new InvalidOptionException($"--batch-size must be at least 2 images, or 0 for that of pre-training; found {BatchSize}.");
        if (!(Alpha >= 0) || !(Beta >= 0) || double.IsInfinity(Alpha) || double.IsInfinity(Beta))
            throw new InvalidOptionException(Invariant($"--alpha and --beta must not be negative, found {Alpha} and {Beta}."));
        if (!(FiniteDifferenceRadius > 0) || double.IsInfinity(FiniteDifferenceRadius))
            throw new InvalidOptionException(Invariant($"--finite-difference-radius must be positive, found {FiniteDifferenceRadius}."));
        if (Probes < 1)
            throw new InvalidOptionException($"--probes must be at least 1, found {Probes}.");
        if (!(VolumeFloor > 0) || double.IsInfinity(VolumeFloor))
            throw new InvalidOptionException(Invariant($"--volume-floor must be positive, found {VolumeFloor}."));
        if (!(InnerLearningRate > 0) || !(OuterLearningRate > 0) || double.IsInfinity(InnerLearningRate) || double.IsInfinity(OuterLearningRate))
            throw new InvalidOptionException(
                Invariant($"--inner-learning-rate and --outer-learning-rate must be positive, found {InnerLearningRate} and {OuterLearningRate}."));
        if (!Training.Optimiser.Names.Contains(OuterOptimiser))
            throw new InvalidOptionException($"--outer-optimiser '{OuterOptimiser}' is unknown. Use one of {string.Join(", ", Training.Optimiser.Names)}.");
        if (!(EpsilonSquared > 0) || double.IsInfinity(EpsilonSquared))
            throw new InvalidOptionException(Invariant($"--epsilon-squared must be positive, found {EpsilonSquared}."));
        if (EvaluateIterations < 0)
            throw new InvalidOptionException($"--evaluate-iterations must be at least 1, or 0 for five evaluations; found {EvaluateIterations}.");
    }
}
