using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>One entrant less another, the baseline, in one thing that was measured of both: the difference, or why there is none.</summary>
internal sealed record PairedResult(ResultKey Key, string Entrant, string Baseline)
{
    /// <summary>What the baseline and the entrant reached over the runs that are paired.</summary>
    public SeedMean From { get; init; }

    public SeedMean To { get; init; }

    /// <summary>The difference in the unit of the numbers; null where it is refused.</summary>
    public PairedDifference? Difference { get; init; }

    /// <summary>Why it is refused, in words; null where it is not.</summary>
    public string? Refusal { get; init; }

    /// <summary>What is taken off what, in words.</summary>
    public string What => $"{Entrant} − {Baseline}";

    /// <summary>Words for a difference that is not clear.</summary>
    public string TooClose => $"too close to tell with {(To.Count > 1 ? $"{To.Count} seeds" : "one seed")}";

    /// <summary>Mean and standard deviation of the differences.</summary>
    public SeedMean Change => new(Difference!.Mean, Difference.Deviation ?? 0, Difference.Count);

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
