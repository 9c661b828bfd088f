using Lethe.Runtime;

namespace Lethe.Diagnostics;

/// <summary>The constants of the rule by which <see cref="MemorisationMonitor"/> judges a curve.</summary>
public sealed record MemorisationOptions : OptionRecord, IConflicting
{
    /// <summary>Smallest change that counts, as a fraction of the curve's range.</summary>
    [Limit(AtLeast = 0, Below = 1)]
    public double RelativeTolerance { get; init; } = 0.05;

    /// <summary>Smallest change that counts, in nats.</summary>
    [Limit(AtLeast = 0, Unit = "nats")]
    public double AbsoluteTolerance { get; init; } = 0.25;

    /// <summary>Smallest change that counts, in standard deviations of the curve's noise.</summary>
    [Limit(AtLeast = 0)]
    public double NoiseTolerance { get; init; } = 3;

    /// <summary>A change must hold for so many evaluations, to the last one.</summary>
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
