using Lethe.Runtime;

namespace Lethe.Training;

/// <summary>How the method's loss is minimised.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training images.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>Images in a batch; each gives two views.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>sgd, adam, adamw or lars. Adam's steps do not grow with the size of a loss, which differs a hundredfold between methods.</summary>
    public string Optimiser { get; init; } = "adam";

    /// <summary>Peak learning rate; 0 takes the optimiser's default: sgd 0.06, adam and adamw 1e-3, lars 0.3.</summary>
    public double LearningRate { get; init; }

    /// <summary>Decay of weights; biases and batch-norm are never decayed. Decoupled for adamw.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Momentum of sgd and lars.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Share of all steps in which the learning rate rises from zero; it then falls as a half cosine.</summary>
    public double WarmUp { get; init; } = 0.05;

    /// <summary>
    /// Batches whose gradients are averaged before a step of the optimiser. A loss still compares images within a
    /// batch only, so negatives do not grow with it.
    /// </summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Epochs between evaluations; 0 spreads ten over the run. The first and the last epoch are always evaluated.</summary>
    public int EvaluateEvery { get; init; }

    /// <summary>Minutes after which a checkpoint is written in any case; one is always written at an evaluation and at the end.</summary>
    public double CheckpointMinutes { get; init; } = 5;

    /// <summary>Keeps the checkpoint of each evaluation, not only the last.</summary>
    public bool KeepCheckpoints { get; init; }

    /// <summary>The peak learning rate after defaults.</summary>
    /// <returns>A positive number.</returns>
    public double PeakLearningRate() => LearningRate > 0
        ? LearningRate
        : Optimiser switch { "sgd" => 0.06, "lars" => 0.3, _ => 1e-3 };

    /// <summary>Epochs between evaluations after defaults.</summary>
    /// <returns>At least 1.</returns>
    public int EvaluationInterval() => EvaluateEvery > 0 ? EvaluateEvery : Math.Max(1, Epochs / 10);

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (Epochs < 1)
            throw new InvalidOptionException($"--epochs must be at least 1, found {Epochs}.");
        if (BatchSize < 2)
            throw new InvalidOptionException($"--batch-size must be at least 2 images, found {BatchSize}.");
        if (!Training.Optimiser.Names.Contains(Optimiser))
            throw new InvalidOptionException($"--optimiser '{Optimiser}' is unknown. Use one of {string.Join(", ", Training.Optimiser.Names)}.");
        if (!(LearningRate >= 0) || double.IsInfinity(LearningRate))
            throw new InvalidOptionException(
                Invariant($"--learning-rate must be positive, or 0 for the optimiser's default; found {LearningRate}."));
        if (!(WeightDecay >= 0) || double.IsInfinity(WeightDecay))
            throw new InvalidOptionException(Invariant($"--weight-decay must not be negative, found {WeightDecay}."));
        if (Momentum is not (>= 0 and < 1))
            throw new InvalidOptionException(Invariant($"--momentum must be at least 0 and below 1, found {Momentum}."));
        if (WarmUp is not (>= 0 and < 1))
            throw new InvalidOptionException(Invariant($"--warm-up is a share of the steps, at least 0 and below 1; found {WarmUp}."));
        if (Accumulate < 1)
            throw new InvalidOptionException($"--accumulate must be at least 1 batch, found {Accumulate}.");
        if (EvaluateEvery < 0)
            throw new InvalidOptionException($"--evaluate-every must be at least 1 epoch, or 0 for ten evaluations; found {EvaluateEvery}.");
        if (!(CheckpointMinutes > 0))
            throw new InvalidOptionException(Invariant($"--checkpoint-minutes must be positive, found {CheckpointMinutes}."));
    }
}
