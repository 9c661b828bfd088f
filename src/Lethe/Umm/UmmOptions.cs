using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Umm.Hypergradients;
using Lethe.Umm.VolumeFactors;

namespace Lethe.Umm;

/// <summary>UMM, the Undoing Memorization Mechanism, and its rivals.</summary>
public sealed record UmmOptions : OptionRecord, IConflicting
{
    /// <summary>Names that <see cref="LevelOne"/> can have.</summary>
    public static readonly IReadOnlyList<string> LevelOneNames = [LookAhead, Keep];

    /// <summary>Names that <see cref="OuterBatch"/> can have.</summary>
    public static readonly IReadOnlyList<string> OuterBatchNames = ["same", Fresh];

    /// <summary>Names that <see cref="Dose"/> can have.</summary>
    public static readonly IReadOnlyList<string> DoseNames = ["raw", Share];

    /// <summary>Names that <see cref="RateConvention"/> can have.</summary>
    public static readonly IReadOnlyList<string> RateConventionNames = ["features", CodeRate];

    /// <summary>Names that <see cref="Remedy"/> can have.</summary>
    public static readonly IReadOnlyList<string> Remedies = [Mechanism, Continue, Whiten, Rewind, Average];

    internal const string Mechanism = "umm";
    internal const string Continue = "continue";
    internal const string Whiten = "whiten";
    internal const string Rewind = "rewind";
    internal const string Average = "average";
    internal const string LookAhead = "look-ahead";
    internal const string Keep = "keep";
    internal const string Fresh = "fresh";
    internal const string Share = "share";
    internal const string CodeRate = "code";

    // More cannot be told apart on a screen, and metrics.jsonl stays small.
    private const int CoursePoints = 200;

    /// <summary>
    /// The remedy: umm, or something simpler that UMM must beat. continue: plain training with as much compute; whiten:
    /// ZCA of the last layer's features; rewind: the late layers of an earlier epoch; average: the late layers averaged over epochs.
    /// </summary>
    [OneOf(typeof(UmmOptions), nameof(Remedies))]
    public string Remedy { get; init; } = Mechanism;

    /// <summary>The last frozen layer: stem, layer1, layer2 or layer3.</summary>
    [OneOf(typeof(ResNet), nameof(ResNet.SplitNames))]
    public string Split { get; init; } = "layer2";

    /// <summary>Steps of level two. The last state is kept; docs/results/umm.md shows the effect of more steps and of other
    /// rules.</summary>
    [Limit(AtLeast = 1)]
    public int Iterations { get; init; } = 100;

    /// <summary>Images in a batch.</summary>
    [Limit(AtLeast = 2, Unit = "images", Zero = "for that of pre-training")]
    public int BatchSize { get; init; }

    /// <summary>
    /// What alpha and beta mean. raw: weights of the terms, with ΔR divided by its upper bound for the batch; methods' losses differ a
    /// hundredfold, so the same numbers act differently for each. share: ΔR's gradient is scaled to alpha times the length of the loss
    /// gradient, the alignment's to beta times; give both below 1, as 0.5.
    /// </summary>
    [OneOf(typeof(UmmOptions), nameof(DoseNames))]
    public string Dose { get; init; } = DoseNames[0];

    /// <summary>α, the weight of ΔR in level two.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>β, the weight of the alignment in level one. 10 is meant for --dose raw; with share, 0.5 was measured.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double Beta { get; init; } = 10;

    /// <summary>
    /// The volume factor that estimates the last layer's density: loss-gradient, jacobian-volume or jacobian-norm.
    /// </summary>
    [OneOf(typeof(VolumeFactor), nameof(VolumeFactor.Names))]
    public string Volume { get; init; } = LossGradient.Name;

    /// <summary>q, the number of random directions of features that jacobian-volume and jacobian-norm sample.</summary>
    [Limit(AtLeast = 1)]
    public int Probes { get; init; } = 8;

    /// <summary>
    /// δ, which jacobian-volume adds to each squared stretch, so that the volume of a direction without stretch is not zero.
    /// </summary>
    [Limit(Above = 0)]
    public double VolumeFloor { get; init; } = 1e-6;

    /// <summary>
    /// How level two differentiates through level one: first-order, finite-difference or exact. In docs/results/umm.md the two of
    /// second order gained nothing.
    /// </summary>
    [OneOf(typeof(Hypergradients.Hypergradient), nameof(Hypergradients.Hypergradient.Names))]
    public string Hypergradient { get; init; } = FirstOrder.Name;

    /// <summary>
    /// How far finite-difference moves the parameters to either side (a length). 0.01 is its source's value; on the embedded images 0.1
    /// came nearer to exact.
    /// </summary>
    [Limit(Above = 0)]
    public double FiniteDifferenceRadius { get; init; } = 0.01;

    /// <summary>
    /// What happens to the step of level one. look-ahead: it is undone, and level two steps from where it began. keep: level two steps
    /// from where it ended, so the alignment itself moves the weights, as in the authors' code.
    /// </summary>
    [OneOf(typeof(UmmOptions), nameof(LevelOneNames))]
    public string LevelOne { get; init; } = LookAhead;

    /// <summary>
    /// The images of level two. same: those of level one; fresh: another batch, as in the authors' code. The control uses the batch of
    /// level two.
    /// </summary>
    [OneOf(typeof(UmmOptions), nameof(OuterBatchNames))]
    public string OuterBatch { get; init; } = OuterBatchNames[0];

    /// <summary>
    /// How level one steps. sgd: the inner learning rate times the gradient, whose length differs between methods. normalised: a step as
    /// long as the inner learning rate times the length of the weights. adam: Adam with the inner learning rate.
    /// </summary>
    [OneOf(typeof(Umm.InnerStep), nameof(Umm.InnerStep.Names))]
    public string InnerStep { get; init; } = Umm.InnerStep.Sgd;

    /// <summary>η₁, the step of level one.</summary>
    [Limit(Above = 0)]
    public double InnerLearningRate { get; init; } = 1e-2;

    /// <summary>η₂, the step of level two, and of the control.</summary>
    [Limit(Above = 0)]
    public double OuterLearningRate { get; init; } = 3e-4;

    /// <summary>The optimiser of level two, and of the control: sgd, adam, adamw or lars. No weight decay.</summary>
    [OneOf(typeof(Training.Optimiser), nameof(Training.Optimiser.Names))]
    public string OuterOptimiser { get; init; } = "adam";

    /// <summary>
    /// Which ΔR level two uses. features: of the last layer, with normalised rows. code: of the unnormalised projector output, as in
    /// the authors' code.
    /// </summary>
    [OneOf(typeof(UmmOptions), nameof(RateConventionNames))]
    public string RateConvention { get; init; } = RateConventionNames[0];

    /// <summary>ε² of the coding rate in level two.</summary>
    [Limit(Above = 0, Zero = "for that of --rate-convention: 0.5 of features, 0.1 of code")]
    public double EpsilonSquared { get; init; }

    /// <summary>Ablation: the alignment has no gradient, as in the authors' published code.</summary>
    public bool CutAlignment { get; init; }

    /// <summary>Ablation: ΔR is minimised, as in the authors' published code.</summary>
    public bool MinimiseReduction { get; init; }

    /// <summary>
    /// For whiten: ε in (1 − ε)·covariance + ε·(mean variance)·I. A larger ε stretches rare directions less.
    /// </summary>
    [Limit(Above = 0, AtMost = 1)]
    public double WhitenEpsilon { get; init; } = 1e-3;

    /// <summary>For rewind: the epoch to take late layers and heads from. Its checkpoint must have been kept.</summary>
    [Limit(AtLeast = 1, Zero = "for that with the lowest held-out loss")]
    public int RewindEpoch { get; init; }

    /// <summary>
    /// For rewind: re-estimates batch-norm's running statistics of the late layers on the training images, instead of using those of
    /// the epoch. average always does so.
    /// </summary>
    public bool Reestimate { get; init; }

    /// <summary>For average: the first epoch to average. All later epochs with a kept checkpoint are averaged too.</summary>
    [Limit(AtLeast = 1, Zero = "for the second half of training")]
    public int AverageFrom { get; init; }

    /// <summary>Also runs the control: as many plain training steps, from the same state, with the same layers frozen.</summary>
    public bool Control { get; init; } = true;

    /// <summary>Iterations between evaluations.</summary>
    [Limit(AtLeast = 1, Zero = "for five evaluations in the run")]
    public int EvaluateIterations { get; init; }

    /// <summary>Everything that is held against each other in one table: this, and what it must beat.</summary>
    /// <returns>UMM with these options, then each other remedy.</returns>
    internal IReadOnlyList<UmmOptions> WithRivals() => [.. Remedies.Select(remedy => (this with { Remedy = remedy }).Own())];

    /// <summary>
    /// The options that decide this remedy, and the defaults of all others: the same remedy is recorded alike beside any UMM.
    /// </summary>
    internal UmmOptions Own()
    {
        var usual = new UmmOptions { Remedy = Remedy, Control = false };
        return Remedy switch
        {
            Whiten => usual with { WhitenEpsilon = WhitenEpsilon },
            Rewind => usual with { Split = Split, RewindEpoch = RewindEpoch, Reestimate = Reestimate, BatchSize = BatchSize },
            Average => usual with { Split = Split, AverageFrom = AverageFrom, BatchSize = BatchSize },
            _ => this with
            {
                WhitenEpsilon = usual.WhitenEpsilon, RewindEpoch = 0, Reestimate = false, AverageFrom = 0,
                Control = Control && Remedy == Mechanism,
            },
        };
    }

    /// <summary>Whether late layers go through batches of training images.</summary>
    internal bool TakesBatches => Remedy is Mechanism or Continue or Average || (Remedy == Rewind && Reestimate);

    /// <summary>Level one's step stays.</summary>
    internal bool KeepsLevelOne => LevelOne == Keep;

    /// <summary>Level two has a batch of its own.</summary>
    internal bool TakesFreshBatch => OuterBatch == Fresh && Remedy is Mechanism or Continue;

    /// <summary>ε² after defaults.</summary>
    internal double Distortion() =>
        EpsilonSquared > 0 ? EpsilonSquared : RateConvention == CodeRate ? 0.1 : CodingRate.DefaultEpsilonSquared;

    /// <summary>Iterations between evaluations after defaults.</summary>
    /// <returns>At least 1.</returns>
    internal int EvaluationInterval() => EvaluateIterations > 0 ? EvaluateIterations : Math.Max(1, Iterations / 5);

    /// <summary>
    /// Iterations between points of the course of losses and divergences: each one up to 200 iterations, then as few as keep it at
    /// 200 points. An evaluation in between is a point as well.
    /// </summary>
    /// <returns>At least 1.</returns>
    internal int RecordInterval() => Math.Max(1, (Iterations + CoursePoints - 1) / CoursePoints);

    IEnumerable<string> IConflicting.Conflicts()
    {
        UmmOptions usual = new();
        (string Flag, string Of, bool Given)[] others =
        [
            ("--whiten-epsilon", Whiten, WhitenEpsilon != usual.WhitenEpsilon), ("--rewind-epoch", Rewind, RewindEpoch != 0),
            ("--reestimate", Rewind, Reestimate), ("--average-from", Average, AverageFrom != 0),
        ];
        foreach ((string flag, string of, bool given) in others)
        {
            if (given && Remedy != of)
                yield return $"{flag} belongs to --remedy {of}, found --remedy {Remedy}. Leave it out, or give --remedy {of}.";
        }

        if (Hypergradient == FirstOrder.Name)
            yield break;
        if (KeepsLevelOne)
        {
            yield return $"--level-one {Keep} leaves nothing to differentiate through, so --hypergradient {Hypergradient} means nothing. "
                + $"Use --hypergradient {FirstOrder.Name}, or --level-one {LookAhead}.";
        }

        if (InnerStep == Umm.InnerStep.Adam)
        {
            yield return $"--hypergradient {Hypergradient} is known for steps along the gradient, and Adam's are not. Use --inner-step "
                + $"{Umm.InnerStep.Normalised}, or --hypergradient {FirstOrder.Name}.";
        }
    }
}
