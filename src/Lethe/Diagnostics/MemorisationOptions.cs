using Lethe.Runtime;

namespace Lethe.Diagnostics;

/// <summary>The constants of the rule by which <see cref="MemorisationMonitor"/> judges a curve.</summary>
public sealed record MemorisationOptions
{
    /// <summary>A change counts from this part of the curve's range, in [0, 1).</summary>
    public double RelativeTolerance { get; init; } = 0.05;

    /// <summary>A change counts from so many nats, not negative.</summary>
    public double AbsoluteTolerance { get; init; } = 0.25;

    /// <summary>A change counts from so many standard deviations of the curve's noise, not negative.</summary>
    public double NoiseTolerance { get; init; } = 3;

    /// <summary>A change must hold for so many evaluations, to the last one; at least 1.</summary>
    public int Patience { get; init; } = 3;

    /// <summary>Fewer evaluations than this are not judged; at least <see cref="Patience"/> + 2.</summary>
    public int FewestEvaluations { get; init; } = 6;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (!(RelativeTolerance >= 0 && RelativeTolerance < 1))
            throw new InvalidOptionException(
                Invariant($"The relative tolerance of the monitor must be at least 0 and below 1, found {RelativeTolerance}."));
        if (!(AbsoluteTolerance >= 0) || !double.IsFinite(AbsoluteTolerance))
            throw new InvalidOptionException(
                Invariant($"The absolute tolerance of the monitor must not be negative, found {AbsoluteTolerance} nats."));
        if (!(NoiseTolerance >= 0) || !double.IsFinite(NoiseTolerance))
            throw new InvalidOptionException(
                Invariant($"The noise tolerance of the monitor must not be negative, found {NoiseTolerance}."));
        if (Patience < 1)
            throw new InvalidOptionException($"The patience of the monitor must be at least 1 evaluation, found {Patience}.");
        if (FewestEvaluations < Patience + 2)
            throw new InvalidOptionException($"The monitor needs at least patience + 2 = {Patience + 2} evaluations, found {FewestEvaluations} as the fewest.");
    }
}
