using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Umm.Hypergradients;
using Lethe.Umm.VolumeFactors;

namespace Lethe.Umm;

/// <summary>Options of the Undoing Memorization Mechanism.</summary>
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
    /// What is done to the encoder: umm, or something simpler that UMM must beat. continue: plain training for as much compute; whiten:
    /// ZCA of the last layer's features; rewind: the late layers of an earlier epoch; average: the late layers averaged over epochs.
    /// </summary>
    [OneOf(typeof(UmmOptions), nameof(Remedies))]
    public string Remedy { get; init; } = Mechanism;

    /// <summary>The last frozen layer: stem, layer1, layer2 or layer3.</summary>
    [OneOf(typeof(ResNet), nameof(ResNet.SplitNames))]
    public string Split { get; init; } = "layer2";

    /// <summary>Steps of level two. The last state is kept; docs/results/umm.md says what more steps and other rules did.</summary>
    [Limit(AtLeast = 1)]
    public int Iterations { get; init; } = 100;

    /// <summary>Images in a batch.</summary>
    [Limit(AtLeast = 2, Unit = "images", Zero = "for that of pre-training")]
    public int BatchSize { get; init; }

    /// <summary>
    /// What alpha and beta mean. raw: weights of the terms, ΔR divided by its upper bound for the batch; the same numbers are another dose
    /// for each method, whose losses differ a hundredfold. share: the gradient of ΔR is alpha times as long as that of the method's loss,
    /// that of the alignment beta times.
    /// </summary>
    [OneOf(typeof(UmmOptions), nameof(DoseNames))]
    public string Dose { get; init; } = DoseNames[0];

    /// <summary>α, how much ΔR weighs in level two.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>β, how much the alignment weighs in level one.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double Beta { get; init; } = 10;

    /// <summary>
    /// The volume factor by which the last layer's density is estimated: loss-gradient, jacobian-volume or jacobian-norm.
    /// </summary>
    [OneOf(typeof(VolumeFactor), nameof(VolumeFactor.Names))]
    public string Volume { get; init; } = LossGradient.Name;

    /// <summary>q, the number of random directions of features in which jacobian-volume and jacobian-norm look.</summary>
    [Limit(AtLeast = 1)]
    public int Probes { get; init; } = 8;

    /// <summary>
    /// δ, which jacobian-volume adds to each squared stretch, so that a direction that is not stretched has a volume too.
    /// </summary>
    [Limit(Above = 0)]
    public double VolumeFloor { get; init; } = 1e-6;

    /// <summary>
    /// How level two differentiates through level one: first-order, finite-difference or exact. In docs/results/umm.md the second order
    /// gained nothing.
    /// </summary>
    [OneOf(typeof(Hypergradients.Hypergradient), nameof(Hypergradients.Hypergradient.Names))]
    public string Hypergradient { get; init; } = FirstOrder.Name;

    /// <summary>
    /// How far finite-difference moves the parameters to either side, as a length. 0.01 is its source's value; on the embedded images 0.1
    /// came nearer to exact.
    /// </summary>
    [Limit(Above = 0)]
    public double FiniteDifferenceRadius { get; init; } = 0.01;

    /// <summary>
    /// What becomes of the step of level one. look-ahead: it is taken back, and level two steps from where it began. keep: it stays, and
    /// level two steps from there, so that the alignment itself moves the weights, as in the authors' code.
    /// </summary>
    [OneOf(typeof(UmmOptions), nameof(LevelOneNames))]
    public string LevelOne { get; init; } = LookAhead;

    /// <summary>
    /// The images of level two. same: those of level one; fresh: a batch of its own, as the authors' code does. The control takes that of
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
    /// Which ΔR level two takes. features: that of the last layer, rows normalised. code: that of the projector's output as it is, as in
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
    /// For whiten: ε in (1 − ε)·covariance + ε·(mean variance)·I. The larger it is, the less rare directions are stretched.
    /// </summary>
    [Limit(Above = 0, AtMost = 1)]
    public double WhitenEpsilon { get; init; } = 1e-3;

    /// <summary>For rewind: the epoch whose late layers and heads are taken. Its checkpoint must have been kept.</summary>
    [Limit(AtLeast = 1, Zero = "for that with the lowest held-out loss")]
    public int RewindEpoch { get; init; }

    /// <summary>
    /// For rewind: estimates batch-norm's running statistics of the late layers anew on the training images, instead of taking those of
    /// the epoch. average always does so.
    /// </summary>
    public bool Reestimate { get; init; }

    /// <summary>For average: the first epoch that is averaged. Later ones whose checkpoints were kept are averaged too.</summary>
    [Limit(AtLeast = 1, Zero = "for the second half of training")]
    public int AverageFrom { get; init; }

    /// <summary>Runs the control beside it: as many steps of plain training, from the same state, with the same layers frozen.</summary>
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
