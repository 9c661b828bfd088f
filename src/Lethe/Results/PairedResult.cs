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

    /// <summary>Words for a difference that is not clear, with what could have been seen.</summary>
    public string NotClear => Difference is { } difference && Wording.CouldHaveSeen(Key, difference) is { } seen
        ? $"not clear ({seen})"
        : $"not clear with {(To.Count > 1 ? $"{To.Count} seeds" : "one seed")}";

    /// <summary>Mean and standard deviation of the differences.</summary>
    public SeedMean Change => new(Difference!.Mean, Difference.Deviation ?? 0, Difference.Count);

    /// <summary>The same results as one family: differences that stand in one table are tested together (<see cref="Holm"/>).</summary>
    public static IReadOnlyList<PairedResult> Together(IEnumerable<PairedResult?> results)
    {
        PairedResult[] all = [.. results.OfType<PairedResult>()];
        int[] tested = [.. all.Index().Where(one => one.Item.Difference?.P is not null).Select(one => one.Index)];
        double[] adjusted = Holm.Adjust([.. tested.Select(at => all[at].Difference!.P!.Value)]);
        foreach ((int at, double p) in tested.Zip(adjusted))
            all[at] = all[at] with { Difference = all[at].Difference! with { PHolm = p, Tests = tested.Length } };
        return all;
    }

    /// <summary>The same results, those of each <see cref="ResultKey.Family"/> tested together, family after family.</summary>
    public static IReadOnlyList<PairedResult> ByFamily(IEnumerable<PairedResult> results) =>
        [.. results.GroupBy(one => one.Key.Family).SelectMany(Together)];

    /// <summary>What stands beneath a table of differences: how their intervals were made, and what is clear.</summary>
    public static IEnumerable<string> Notes(IEnumerable<PairedResult> together)
    {
        PairedDifference[] tested = [.. together.Select(result => result.Difference).Where(one => one?.P is not null).Select(one => one!)];
        if (tested.Length == 0)
            return ["No difference here has a test."];
        string[] made = [.. tested.Select(one => Wording.Made(one.Error!)).Distinct()];
        return [$"Intervals of differences: 95 %, {string.Join("; ", made)}.", Wording.Clear(tested.Length)];
    }

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
