using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>What one protocol found on one data set: what the command line prints and the report shows.</summary>
/// <param name="Protocol">Its name, as in <c>--protocol</c>.</param>
/// <param name="Target">The other data set that was measured on; null for the encoder's own.</param>
/// <param name="Quick">Whether it was made with <c>--quick</c>.</param>
/// <param name="Settings">What was done, and how the intervals were made.</param>
/// <param name="Stages">Columns that hold anything.</param>
/// <param name="Rows">The rows, layers from early to late.</param>
public sealed record ProtocolTable(
    string Protocol, string? Target, bool Quick, IReadOnlyList<string> Settings, IReadOnlyList<EvaluationStage> Stages, IReadOnlyList<ProtocolRow> Rows)
{
    /// <summary>Builds tables. Where a protocol was run both in full and quickly on the same data, the full results are shown.</summary>
    /// <param name="runs">The records of each run; runs that differ in their seed alone are shown as mean and interval over runs.</param>
    /// <returns>One table for each protocol and data set, in the order of their first record.</returns>
    public static IReadOnlyList<ProtocolTable> Of(IReadOnlyList<IReadOnlyList<EvaluationRecord>> runs)
    {
        EvaluationRecord[] records = [.. runs.SelectMany(run => run).Where(record => record is { Measure: not null, Epoch: null })];
        return
        [
            .. records.GroupBy(record => (record.Protocol, record.Target)).Select(group =>
            {
                bool quick = group.All(record => record.Quick == true);
                return Table(group.Key.Protocol, group.Key.Target, quick, [.. group.Where(record => quick || record.Quick != true)]);
            }),
        ];
    }

    private static ProtocolTable Table(string protocol, string? target, bool quick, EvaluationRecord[] records)
    {
        IReadOnlyList<string> layers = LayerOrder.Sort(records.Select(record => record.Layer));
        var intervals = new List<string>();
        ProtocolCell Cell(EvaluationRecord[] same)
        {
            if (same.Length == 1)
            {
                intervals.Add(same[0].Interval ?? "");
                return new ProtocolCell(same[0].Value, same[0].Low, same[0].High);
            }

            ConfidenceInterval over = ConfidenceInterval.Student([.. same.Select(record => record.Value)], "runs");
            intervals.Add(over.Kind);
            return new ProtocolCell(same.Average(record => record.Value), over.Low, over.High);
        }

        ProtocolRow[] rows =
        [
            .. records.GroupBy(record => (record.Variant, record.LabelShare, record.Layer, record.Measure))
                .OrderBy(row => Array.FindIndex(records, record => record.Variant == row.Key.Variant))
                .ThenBy(row => row.Key.LabelShare)
                .ThenBy(row => Array.FindIndex(records, record => record.Measure == row.Key.Measure))
                .ThenBy(row => layers.ToList().IndexOf(row.Key.Layer))
                .Select(row => new ProtocolRow(
                    row.Key.Variant ?? "", row.Key.LabelShare, row.Key.Layer, row.Key.Measure!, row.GroupBy(record => record.Stage).ToDictionary(stage => stage.Key, stage => Cell([.. stage])))),
        ];
        string counts = string.Join("; ", records.Select(record => $"fitted on {record.ProbeCount}, measured on {record.TestCount} images, seed {record.Seed}").Distinct());
        return new ProtocolTable(
            protocol,
            target,
            quick,
            [
                .. records.Select(record => record.Settings ?? "").Distinct(),
                $"{char.ToUpperInvariant(counts[0])}{counts[1..]}.",
                $"Intervals: {string.Join("; ", intervals.Where(text => text.Length > 0).Distinct())}. All numbers times 100.",
            ],
            [.. records.Select(record => record.Stage).Distinct().Order()],
            rows);
    }
}
