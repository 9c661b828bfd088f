using Lethe.Runs;

namespace Lethe.Results;

/// <summary>What one protocol found on one data set, in the states of an encoder: what the command line prints and the report shows.</summary>
/// <param name="Protocol">Its name, as in <c>--protocol</c>.</param>
/// <param name="Target">The other data set that was measured on; null for the encoder's own.</param>
/// <param name="Quick">Whether it was made with <c>--quick</c>.</param>
/// <param name="Entrants">The states that it was applied to.</param>
/// <param name="Keys">The rows, layers from early to late.</param>
internal sealed record ProtocolTable(string Protocol, string? Target, bool Quick, IReadOnlyList<Entrant> Entrants, IReadOnlyList<ResultKey> Keys)
{
    /// <summary>What it is, in words.</summary>
    public string Title => $"{Protocol}{(Target is null ? "" : $" on {Target}")}{(Quick ? ", quick: not for conclusions" : "")}";

    /// <summary>Builds tables. Where a protocol was run both in full and quickly on the same data, the full results are shown.</summary>
    /// <param name="runs">The records of each run; runs that differ in their seed alone are shown as mean and interval over runs.</param>
    /// <returns>One table for each protocol and data set, in the order of their first record.</returns>
    public static IReadOnlyList<ProtocolTable> Of(IReadOnlyList<IReadOnlyList<EvaluationRecord>> runs)
    {
        ResultTable table = ResultTable.Of(runs);
        return
        [
            .. table.Keys.Where(key => key.Measure is not null).GroupBy(key => (key.Protocol, key.Target)).Select(group =>
            {
                bool quick = group.All(key => key.Quick);
                ResultKey[] keys = [.. group.Where(key => key.Quick == quick)];
                return new ProtocolTable(
                    group.Key.Protocol, group.Key.Target, quick, [.. table.Entrants.Where(entrant => keys.Any(key => entrant[key] is not null))], keys);
            }),
        ];
    }

    /// <summary>The table in words, with what was done and how the intervals were made.</summary>
    public Grid Grid()
    {
        EvaluationRecord[] records = [.. Entrants.SelectMany(entrant => Keys.SelectMany(entrant.Of))];
        string counts = string.Join("; ", records.Select(record => $"fitted on {record.ProbeCount}, measured on {record.TestCount} images, seed {record.Seed}").Distinct());
        IEnumerable<string> intervals = Keys.SelectMany(key => Entrants.Select(entrant => entrant[key]?.Interval ?? "")).Where(text => text.Length > 0).Distinct();
        return new Grid(
            Title,
            [GridColumn.Names("layer"), GridColumn.Names("fitted"), GridColumn.Names("measure"), .. Entrants.Select(entrant => new GridColumn(entrant.Label))],
            [.. Keys.Select(key => GridRow.Of([key.Layer, key.Fitted, key.Measure!, .. Entrants.Select(entrant => entrant[key]?.ToString() ?? GridCell.Nothing)]))])
        {
            Notes =
            [
                .. records.Select(record => record.Settings ?? "").Distinct(),
                $"{char.ToUpperInvariant(counts[0])}{counts[1..]}.",
                $"Intervals: {string.Join("; ", intervals)}. All numbers times 100.",
            ],
        };
    }
}
