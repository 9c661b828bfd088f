using Lethe.Runs;

namespace Lethe.Results;

/// <summary>What each protocol found on each data set, in the states of an encoder, for the command line and the report.</summary>
internal static class ProtocolTables
{
    /// <summary>One table for each protocol and data set; of one that was run both in full and quickly, the full results.</summary>
    public static IEnumerable<ResultTable> Of(ResultTable table) =>
        from key in table.Keys
        where !key.IsProbe
        group key by (key.Protocol, key.Target) into same
        let quick = same.All(key => key.Quick)
        select table.Only(key => (key.Protocol, key.Target) == same.Key && key.Quick == quick);

    /// <summary>The table of one protocol in words, with what was done and how the intervals were made.</summary>
    public static Grid Grid(ResultTable table)
    {
        ResultKey first = table.Keys[0];
        EvaluationRecord[] records = [.. table.Entrants.SelectMany(state => table.Keys.SelectMany(state.Of))];
        IEnumerable<string> counts =
            records.Select(record => $"fitted on {record.ProbeCount}, measured on {record.TestCount} images, seed {record.Seed}");
        IEnumerable<string> intervals = table.Keys.SelectMany(key => table.Entrants.Select(state => state[key]?.Interval ?? ""));
        return Results.Grid.Of(
            $"{first.Protocol}{(first.Target is null ? "" : $" on {first.Target}")}{(first.Quick ? ", quick: not for conclusions" : "")}",
            3,
            table.Keys,
            [
                (new("layer"), key => new(key.Layer)),
                (new("fitted"), key => new(key.Fitted)),
                (new("measure"), key => new(key.Measure)),
                .. table.Entrants.Select(Column),
            ]) with
        {
            Notes =
            [
                .. records.Select(record => record.Settings ?? "").Distinct(),
                .. Pairing.MeansLeftOut(table.Entrants, table.Keys),
                $"F{string.Join("; ", counts.Distinct())[1..]}.",
                $"Intervals: {string.Join("; ", intervals.Where(text => text.Length > 0).Distinct())}. All numbers times 100.",
            ],
        };

        static (GridColumn, Func<ResultKey, GridCell>) Column(Entrant state) =>
            (new(state.Label), key => new(state[key]?.Text(100, 1) ?? GridCell.Nothing));
    }
}
