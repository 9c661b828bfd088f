using System.Globalization;

namespace Lethe.Results;

/// <summary>
/// Numbers of a table in a row each, with all their digits, for programs: what was reached has no baseline, a difference has one.
/// </summary>
internal static class NumberLines
{
    private static readonly string[] names =
    [
        "protocol", "measure", "variant", "target", "labelShare", "quick", "layer",
        "entrant", "baseline", "count", "mean", "deviation", "low", "high", "p", "isClear", "pHolm", "tests", "visibleFrom",
    ];

    /// <summary>What entrants reached, then differences of them.</summary>
    public static Grid Of(IEnumerable<ResultKey> keys, IReadOnlyList<Entrant> entrants, IEnumerable<PairedResult> pairs) => new(
        "",
        names.Length,
        [.. names.Select(name => new GridColumn(name))],
        [
            .. from key in keys
               from entrant in entrants
               let cell = entrant[key]
               where cell is not null
               let of = cell.Value
               select Line(key, entrant.Name, "", of.Count, of.Mean, of.Count > 1 ? of.Deviation : null, cell.Low, cell.High),
            .. from pair in pairs
               let of = pair.Difference
               where of is not null
               select Line(
                   pair.Key, pair.Entrant, pair.Baseline, of.Count, of.Mean, of.Deviation, of.Low, of.High, of.P, of.IsClear, of.PHolm,
                   of.Tests, of.VisibleFrom),
        ]);

    // In the order of the names, of which the last may lack a value.
    private static GridRow Line(ResultKey key, params object?[] numbers)
    {
        object?[] values = [key.Protocol, key.Measure, key.Variant, key.Target, key.LabelShare, key.Quick, key.Layer, .. numbers];
        return GridRow.Of(names.Select((_, i) => values.ElementAtOrDefault(i) switch
        {
            bool yes => yes ? "true" : "false",
            var value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        }));
    }
}
