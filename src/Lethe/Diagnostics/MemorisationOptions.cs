using Lethe.Runtime;

namespace Lethe.Diagnostics;

/// <summary>When Lethe says that a training memorises.</summary>
public sealed record MemorisationOptions : OptionRecord, IConflicting
{
    /// <summary>Smallest loss of accuracy of the last layer that counts as a turn, as a fraction of the images.</summary>
    [Limit(AtLeast = 0, Below = 1, Unit = "of the images")]
    public double SmallestDrop { get; init; } = 0.01;

    /// <summary>The early layer: the last layer must lose more than it. A loss that all layers share is not memorisation.</summary>
    [OneOf("stem", "layer1", "layer2", "layer3")]
    public string EarlyLayer { get; init; } = "layer2";

    /// <summary>
    /// Measures a loss of accuracy on both halves of the images instead of one, each at the best epoch of the other. This detects
    /// smaller losses, but it is not the pre-registered rule.
    /// </summary>
    public bool BothHalves { get; init; }

    /// <summary>Smallest change of ΔR or of a loss that counts, as a fraction of the curve's range.</summary>
    [Limit(AtLeast = 0, Below = 1)]
    public double RelativeTolerance { get; init; } = 0.05;

    /// <summary>Smallest change of ΔR that counts, in nats.</summary>
    [Limit(AtLeast = 0, Unit = "nats")]
    public double AbsoluteTolerance { get; init; } = 0.25;

    /// <summary>Smallest change of ΔR or of a loss that counts, in standard deviations of the curve's noise.</summary>
    [Limit(AtLeast = 0)]
    public double NoiseTolerance { get; init; } = 3;

    /// <summary>For how many evaluations, up to the last one, a change must hold.</summary>
    [Limit(AtLeast = 1, Unit = "evaluation")]
    public int Patience { get; init; } = 3;

    /// <summary>Fewer evaluations than this are not judged; at least <see cref="Patience"/> + 2.</summary>
    [Limit(AtLeast = 3, Unit = "evaluations")]
    public int FewestEvaluations { get; init; } = 6;

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (FewestEvaluations < Patience + 2L)
            yield return $"--fewest-evaluations must be at least --patience + 2 = {Patience + 2L}, found {FewestEvaluations}.";
    }
}
