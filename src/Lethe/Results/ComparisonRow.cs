using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>One row of a <see cref="Comparison"/>: one thing that was measured.</summary>
/// <param name="Key">What was measured.</param>
/// <param name="Settings">How it was measured; several where entrants differ in it.</param>
/// <param name="Cells">One for each entrant; null where it was not measured, or in different ways by its runs.</param>
/// <param name="Pairs">The differences that were asked for, those that were refused too.</param>
internal sealed record ComparisonRow(
    ResultKey Key, IReadOnlyList<string> Settings, IReadOnlyList<ResultCell?> Cells, IReadOnlyList<PairedResult> Pairs)
{
    /// <summary>The differences that could be taken.</summary>
    public IEnumerable<PairedResult> Differences => Pairs.Where(pair => pair.Difference is not null);

    private double Factor => Key.IsFraction ? 100 : 1;

    private int Decimals => Key.IsFraction ? 1 : 2;

    /// <summary>Builds the row.</summary>
    public static ComparisonRow Of(ResultKey key, IReadOnlyList<Entrant> entrants, IEnumerable<(Entrant Entrant, Entrant Baseline)> pairs) => new(
        key,
        [.. entrants.SelectMany(entrant => entrant.Of(key)).Select(Pairing.Settings).Where(text => text.Length > 0).Distinct()],
        [.. entrants.Select(entrant => Pairing.Alike(entrant.Of(key)) ? entrant[key] : null)],
        [.. pairs.Select(pair => pair.Entrant.Less(pair.Baseline, key)).OfType<PairedResult>()]);

    /// <summary>What an entrant reached, in words.</summary>
    public string Text(ResultCell? cell) => cell is null ? GridCell.Nothing
        : cell.Value is { Count: > 1 } over ? $"{Number(over.Mean)} ± {Number(over.Deviation)} ({over.Count})"
        : cell.Text(Factor, Decimals);

    /// <summary>Mean, deviation, interval, p and n of a difference.</summary>
    public IEnumerable<GridCell> Text(PairedDifference difference) =>
    [
        new(Signed(difference.Mean), difference.IsClear),
        new(difference.Deviation is { } deviation ? Wording.Fixed(Factor * deviation, 2) : GridCell.Nothing),
        new(difference is { Low: { } low, High: { } high } ? $"[{Signed(low)}, {Signed(high)}]" : GridCell.Nothing),
        new(difference.P is { } p ? Wording.Chance(p)[2..] : GridCell.Nothing),
        new($"{difference.Count}"),
    ];

    private string Number(double value) => Wording.Fixed(Factor * value, Decimals);

    private string Signed(double value) => Wording.Points(Factor * value / 100, 2);
}
