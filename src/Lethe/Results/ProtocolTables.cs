using Lethe.Runs;

namespace Lethe.Results;

/// <summary>What each protocol found on each data set, in the states of an encoder: what the command line prints and the report shows.</summary>
internal static class ProtocolTables
{
    /// <summary>One table for each protocol and data set; where it was run both in full and quickly on the same data, the full results are shown.</summary>
    public static IEnumerable<ResultTable> Of(ResultTable table) =>
        from key in table.Keys
        where key.Measure is not null
        group key by (key.Protocol, key.Target) into same
        let quick = same.All(key => key.Quick)
        select table.Only(key => key.Measure is not null && (key.Protocol, key.Target) == same.Key && key.Quick == quick);

    /// <summary>The table of one protocol in words, with what was done and how the intervals were made.</summary>
    public static Grid Grid(ResultTable table)
    {
        ResultKey first = table.Keys[0];
        EvaluationRecord[] records = [.. table.Entrants.SelectMany(state => table.Keys.SelectMany(state.Of))];
        string counts = string.Join(
            "; ", records.Select(record => $"fitted on {record.ProbeCount}, measured on {record.TestCount} images, seed {record.Seed}").Distinct());
        string intervals = string.Join(
            "; ", table.Keys.SelectMany(key => table.Entrants.Select(state => state[key]?.Interval ?? "")).Where(text => text.Length > 0).Distinct());
        return new Grid(
            $"{first.Protocol}{(first.Target is null ? "" : $" on {first.Target}")}{(first.Quick ? ", quick: not for conclusions" : "")}",
            [.. ((string[])["layer", "fitted", "measure"]).Select(GridColumn.Names), .. table.Entrants.Select(state => new GridColumn(state.Label))],
            [
                .. table.Keys.Select(key => GridRow.Of(
                    [key.Layer, key.Fitted, key.Measure!, .. table.Entrants.Select(state => state[key]?.Text(100, 1) ?? GridCell.Nothing)])),
            ])
        {
            Notes =
            [
                .. records.Select(record => record.Settings ?? "").Distinct(),
                $"{char.ToUpperInvariant(counts[0])}{counts[1..]}.",
                $"Intervals: {intervals}. All numbers times 100.",
            ],
        };
    }
}
