using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>One entrant less another in one thing that both were measured in: the difference, or why there is none.</summary>
/// <param name="Key">What was measured.</param>
/// <param name="Entrant">Name of the entrant.</param>
/// <param name="Baseline">Name of the entrant that is taken off.</param>
internal sealed record PairedResult(ResultKey Key, string Entrant, string Baseline)
{
    /// <summary>The difference in the unit of the numbers; null where it is refused.</summary>
    public PairedDifference? Difference { get; init; }

    /// <summary>Why it is refused, in words; null where it is not.</summary>
    public string? Refusal { get; init; }

    /// <summary>What the baseline reached over the runs that are paired.</summary>
    public Spread From { get; init; }

    /// <summary>What the entrant reached over the same.</summary>
    public Spread To { get; init; }

    /// <summary>What is taken off what, in words.</summary>
    public string What => $"{Entrant} − {Baseline}";

    /// <summary>Words for a difference that is not clear.</summary>
    public string TooClose => $"too close to tell with {(To.Count > 1 ? $"{To.Count} seeds" : "one seed")}";

    /// <summary>Mean and standard deviation of the differences.</summary>
    public Spread Change => new(Difference!.Mean, Difference.Deviation ?? 0, Difference.Count);

    /// <summary>One sentence for each reason why differences were refused.</summary>
    public static IEnumerable<string> Refusals(IEnumerable<PairedResult?> results) => LeftOut(
        from result in results
        where result?.Refusal is not null
        select (result.Key, result.What, result.Refusal));

    /// <summary>One sentence for each thing that was left out and why.</summary>
    public static IEnumerable<string> LeftOut(IEnumerable<(ResultKey Key, string What, string Why)> leftOut) =>
        leftOut.GroupBy(one => (one.What, one.Why), one => $"{one.Key.Name}, {one.Key.Layer}")
            .Select(same => $"{same.Key.What} is left out of {string.Join("; ", same.Distinct())}: {same.Key.Why}.");
}
