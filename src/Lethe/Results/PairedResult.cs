using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>One entrant less another in one thing that both were measured in: the difference, or why there is none.</summary>
/// <param name="Key">What was measured.</param>
/// <param name="Entrant">Name of the entrant.</param>
/// <param name="Baseline">Name of the entrant that is taken off.</param>
/// <param name="From">What the baseline reached, over the runs that are paired, or over all of its own where none are.</param>
/// <param name="To">What the entrant reached over the same.</param>
/// <param name="Difference">The difference in the unit of the numbers; null where it is refused.</param>
/// <param name="Refusal">Why it is refused, in words; null where it is not.</param>
internal sealed record PairedResult(
    ResultKey Key, string Entrant, string Baseline, Spread From, Spread To, PairedDifference? Difference, string? Refusal)
{
    /// <summary>What is taken off what, in words.</summary>
    public string What => $"{Entrant} − {Baseline}";

    /// <summary>Words for a difference that is not clear.</summary>
    public string TooClose => $"too close to tell with {(To.Count > 1 ? $"{To.Count} seeds" : "one seed")}";

    /// <summary>Mean and standard deviation of the differences.</summary>
    public Spread Change => new(Difference!.Mean, Difference.Deviation ?? 0, Difference.Count);

    /// <summary>One sentence for each reason why differences were refused.</summary>
    public static IEnumerable<string> Refusals(IEnumerable<PairedResult?> results) => LeftOut(
        results.OfType<PairedResult>().Where(result => result.Refusal is not null)
            .Select(result => (result.Key, result.What, result.Refusal!)));

    /// <summary>One sentence for each thing that was left out and why.</summary>
    public static IEnumerable<string> LeftOut(IEnumerable<(ResultKey Key, string What, string Why)> leftOut) =>
        leftOut.GroupBy(one => (one.What, one.Why), one => $"{one.Key.Name}, {one.Key.Layer}")
            .Select(same => $"{same.Key.What} is left out of {string.Join("; ", same.Distinct())}: {same.Key.Why}.");
}
