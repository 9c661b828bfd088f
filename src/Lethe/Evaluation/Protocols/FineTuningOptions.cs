using Lethe.Training;

namespace Lethe.Evaluation.Protocols;

/// <summary>Options that protocols which fine-tune the whole network share: one budget, whatever weights it starts from.</summary>
internal abstract record FineTuningOptions : ProtocolOptions
{
    /// <summary>Steps with <c>--quick</c>.</summary>
    private protected const int QuickSteps = 20;

    /// <summary>Images in a batch with <c>--quick</c>.</summary>
    private protected const int QuickBatchSize = 32;

    private const double WarmUp = 0.05;

    /// <summary>Steps of fine-tuning the whole network with labels.</summary>
    public int FineTuneSteps { get; init; } = 400;

    /// <summary>Images in a batch of fine-tuning; fewer where there are fewer.</summary>
    public int FineTuneBatchSize { get; init; } = 64;

    /// <summary>Peak learning rate of fine-tuning by Adam.</summary>
    public double FineTuneLearningRate { get; init; } = 1e-3;

    /// <summary>The schedule, in words, as settings give it.</summary>
    internal static string ScheduleInWords => Invariant($"{100 * WarmUp} % warm-up, half cosine");

    /// <summary>The schedule of the learning rate: a warm-up, then half a cosine.</summary>
    /// <param name="peak">The highest rate.</param>
    /// <returns>The rate of each step.</returns>
    internal WarmUpCosine Schedule(double peak) => new(peak, (long)(WarmUp * FineTuneSteps), FineTuneSteps);

    /// <summary>Checks the values that are shared.</summary>
    /// <exception cref="Runtime.InvalidOptionException">A value cannot be used; the message names the flag.</exception>
    private protected void ValidateFineTuning()
    {
        LabelCheck.Require(FineTuneSteps >= 1, "--fine-tune-steps", "must be at least 1", FineTuneSteps);
        LabelCheck.Require(FineTuneBatchSize >= 2, "--fine-tune-batch-size", "must be at least 2", FineTuneBatchSize);
        LabelCheck.Require(FineTuneLearningRate > 0 && double.IsFinite(FineTuneLearningRate), "--fine-tune-learning-rate", "must be positive", FineTuneLearningRate);
    }
}
