using Lethe.Runtime;

namespace Lethe.Training;

/// <summary>How the method's loss is minimised.</summary>
public sealed record TrainingOptions : OptionRecord, IConflicting
{
    /// <summary>Names that <see cref="Freeze"/> can have.</summary>
    public static readonly IReadOnlyList<string> FreezeNames = ["none", "stem", "layer1", "layer2", "layer3", "layer4"];

    /// <summary>
    /// Passes over the training images. By default 100 for up to 50 000 images, more if they are few, fewer if they are more. 0
    /// keeps the weights of --init as they are.
    /// </summary>
    [Limit(AtLeast = 1, Unit = "epoch", Zero = "to keep the weights of --init")]
    public int? Epochs { get; init; }

    /// <summary>
    /// Minutes that training and its evaluations may take. Lethe times a few steps, and lowers the epochs, then the width if needed,
    /// until they fit. It never raises them.
    /// </summary>
    [Limit(Above = 0, Unit = "minutes", Zero = "for as long as it takes")]
    public double Minutes { get; init; }

    /// <summary>Images in a batch, each with two views. 0 takes 128, or a quarter of the training images if they are few.</summary>
    [Limit(AtLeast = 2, Unit = "images", Zero = "to choose it by the number of images")]
    public int BatchSize { get; init; }

    /// <summary>
    /// sgd, adam, adamw or lars. Adam's step size does not depend on the scale of the loss, which differs a hundredfold between methods.
    /// </summary>
    [OneOf(typeof(Optimiser), nameof(Training.Optimiser.Names))]
    public string Optimiser { get; init; } = "adam";

    /// <summary>Peak learning rate; by default sgd 0.06, adam and adamw 1e-3, lars 0.3.</summary>
    [Limit(Above = 0, Zero = "for the optimiser's default")]
    public double LearningRate { get; init; }

    /// <summary>Weight decay, decoupled for adamw. Biases and batch-norm are never decayed.</summary>
    [Limit(AtLeast = 0)]
    public double WeightDecay { get; init; }

    /// <summary>Momentum of sgd and lars.</summary>
    [Limit(AtLeast = 0, Below = 1)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// What the learning rate does after the warm-up. cosine: falls to zero as a half cosine; constant: stays; step: stays, falls to a
    /// fifth for the last twentieth of the steps and to a fifth of that for the last fortieth. If the rate falls to zero, an effect
    /// that begins late is hard to see.
    /// </summary>
    [OneOf(typeof(LearningRateSchedule), nameof(LearningRateSchedule.Names))]
    public string Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>Share of all steps over which the learning rate rises from zero.</summary>
    [Limit(AtLeast = 0, Below = 1, Unit = "of the steps")]
    public double WarmUp { get; init; } = 0.05;

    /// <summary>
    /// Batches whose gradients are averaged before each optimiser step. A loss still compares images within one batch only, so it
    /// gains no negatives.
    /// </summary>
    [Limit(AtLeast = 1, Unit = "batch")]
    public int Accumulate { get; init; } = 1;

    /// <summary>Epochs between evaluations. The first and the last epoch are always evaluated.</summary>
    [Limit(AtLeast = 1, Unit = "epoch", Zero = "for ten evaluations in the run")]
    public int EvaluateEvery { get; init; }

    /// <summary>The most minutes between checkpoints. One is also written at every evaluation and at the end.</summary>
    [Limit(Above = 0)]
    public double CheckpointMinutes { get; init; } = 5;

    /// <summary>Keeps the checkpoint of each evaluation, not only the last.</summary>
    public bool KeepCheckpoints { get; init; }

    /// <summary>
    /// The last backbone layer that is frozen at first. layer4 freezes all of it, and only the heads train. For loaded weights (--init).
    /// </summary>
    [OneOf(typeof(TrainingOptions), nameof(FreezeNames))]
    public string Freeze { get; init; } = FreezeNames[0];

    /// <summary>Epochs for which --freeze holds. Then all layers train, and the optimiser starts anew.</summary>
    [Limit(AtLeast = 1, Unit = "epoch", Zero = "for the whole training")]
    public int FreezeEpochs { get; init; }

    // The encoder stays as it was loaded.
    internal bool HeadsAlone => Freeze == FreezeNames[^1] && FreezeEpochs == 0;

    /// <summary>The peak learning rate after defaults.</summary>
    /// <returns>A positive number.</returns>
    public double PeakLearningRate() => LearningRate > 0
        ? LearningRate
        : Optimiser switch { "sgd" => 0.06, "lars" => 0.3, _ => 1e-3 };

    /// <summary>Epochs after defaults; those of a run are chosen by its images.</summary>
    /// <returns>At least 0.</returns>
    public int EpochCount() => Epochs ?? 100;

    /// <summary>Epochs between evaluations after defaults.</summary>
    /// <returns>At least 1.</returns>
    public int EvaluationInterval() => EvaluateEvery > 0 ? EvaluateEvery : Math.Max(1, EpochCount() / 10);

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (FreezeEpochs > 0 && Freeze == FreezeNames[0])
            yield return $"--freeze-epochs {FreezeEpochs} says how long, but not what. Give --freeze stem to layer4 too.";
    }
}
