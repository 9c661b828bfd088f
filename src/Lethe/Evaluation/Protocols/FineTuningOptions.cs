using Lethe.Runtime;
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
    [Limit(AtLeast = 1)]
    public int FineTuneSteps { get; init; } = 400;

    /// <summary>Images in a batch of fine-tuning; fewer where there are fewer.</summary>
    [Limit(AtLeast = 2, Unit = "images")]
    public int FineTuneBatchSize { get; init; } = 64;

    /// <summary>Peak learning rate of fine-tuning by Adam.</summary>
    [Limit(Above = 0)]
    public double FineTuneLearningRate { get; init; } = 1e-3;

    /// <summary>The schedule, in words, as settings give it.</summary>
    internal static string ScheduleInWords => Invariant($"{100 * WarmUp} % warm-up, half cosine");

    /// <summary>The schedule of the learning rate: a warm-up, then half a cosine.</summary>
    /// <param name="peak">The highest rate.</param>
    /// <returns>The rate of each step.</returns>
    internal LearningRateSchedule Schedule(double peak) => new(peak, (long)(WarmUp * FineTuneSteps), FineTuneSteps);
}
