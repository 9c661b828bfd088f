using Lethe.Models;
using Lethe.Runtime;
using Lethe.Umm.Hypergradients;
using Lethe.Umm.VolumeFactors;

namespace Lethe.Umm;

/// <summary>Options of the Undoing Memorization Mechanism.</summary>
public sealed record UmmOptions : OptionRecord
{
    // More cannot be told apart on a screen, and metrics.jsonl stays small.
    private const int CoursePoints = 200;

    /// <summary>The last frozen layer: stem, layer1, layer2 or layer3.</summary>
    [OneOf(typeof(ResNet), nameof(ResNet.SplitNames))]
    public string Split { get; init; } = "layer2";

    /// <summary>Steps of level two. The last state is kept; docs/results/umm.md says what more steps and other rules did.</summary>
    [Limit(AtLeast = 1)]
    public int Iterations { get; init; } = 100;

    /// <summary>Images in a batch.</summary>
    [Limit(AtLeast = 2, Unit = "images", Zero = "for that of pre-training")]
    public int BatchSize { get; init; }

    /// <summary>α, the weight of ΔR in level two, where ΔR is divided by its upper bound for the batch.</summary>
    [Limit(AtLeast = 0)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>β, the weight of the alignment in level one.</summary>
    [Limit(AtLeast = 0)]
    public double Beta { get; init; } = 10;

    /// <summary>
    /// The volume factor by which the last layer's density is estimated: loss-gradient, jacobian-volume or jacobian-norm.
    /// </summary>
    [OneOf(typeof(VolumeFactor), nameof(VolumeFactor.Names))]
    public string Volume { get; init; } = LossGradient.Name;

    /// <summary>q, the number of random directions of features in which jacobian-volume and jacobian-norm look.</summary>
    [Limit(AtLeast = 1)]
    public int Probes { get; init; } = 8;

    /// <summary>δ, what jacobian-volume adds to each squared stretch, so that a direction without any has a volume.</summary>
    [Limit(Above = 0)]
    public double VolumeFloor { get; init; } = 1e-6;

    /// <summary>
    /// How level two differentiates through level one: first-order, finite-difference or exact. In docs/results/umm.md the second order
    /// gained nothing.
    /// </summary>
    [OneOf(typeof(Hypergradients.Hypergradient), nameof(Hypergradients.Hypergradient.Names))]
    public string Hypergradient { get; init; } = FirstOrder.Name;

    /// <summary>
    /// How far finite-difference moves the parameters either way, as a length: its source's value. A ReLU network has kinks on the way,
    /// and on the embedded images 0.1 came nearer to exact.
    /// </summary>
    [Limit(Above = 0)]
    public double FiniteDifferenceRadius { get; init; } = 0.01;

    /// <summary>η₁, the step of level one (plain gradient descent).</summary>
    [Limit(Above = 0)]
    public double InnerLearningRate { get; init; } = 1e-2;

    /// <summary>η₂, the step of level two, and of the control.</summary>
    [Limit(Above = 0)]
    public double OuterLearningRate { get; init; } = 3e-4;

    /// <summary>The optimiser of level two, and of the control: sgd, adam, adamw or lars. No weight decay.</summary>
    [OneOf(typeof(Training.Optimiser), nameof(Training.Optimiser.Names))]
    public string OuterOptimiser { get; init; } = "adam";

    /// <summary>ε² of the coding rate.</summary>
    [Limit(Above = 0)]
    public double EpsilonSquared { get; init; } = 0.5;

    /// <summary>Ablation: the alignment has no gradient, as in the authors' published code.</summary>
    public bool CutAlignment { get; init; }

    /// <summary>Ablation: ΔR is minimised, as in the authors' published code.</summary>
    public bool MinimiseReduction { get; init; }

    /// <summary>
    /// Runs the control beside it: as many steps of the method's loss alone, from the same state, with the same part frozen.
    /// </summary>
    public bool Control { get; init; } = true;

    /// <summary>Iterations between evaluations.</summary>
    [Limit(AtLeast = 1, Zero = "for five evaluations in the run")]
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
}
