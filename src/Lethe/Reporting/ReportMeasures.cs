using System.Xml.Linq;
using Lethe.Diagnostics;
using Lethe.Results;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>Every measure of every layer at the last epoch, as a table.</summary>
internal static class ReportMeasures
{
    public static XElement? Of(ReportGroup group, IReadOnlyList<string> layers)
    {
        IReadOnlyDictionary<string, double>[][] seeds =
            [.. group.Runs.Where(run => run.Measurements.Count > 0).Select(run => Last(run, layers))];
        string[][] rows =
        [
            .. LayerMeasures.All
                .Select(measure => (string[])
                [
                    measure.Title,
                    .. layers.Select((_, i) => Cell(measure, [.. seeds.Select(seed => measure.Of(seed[i])).OfType<double>()])),
                ])
                .Where(row => row.Skip(1).Any(cell => cell.Length > 0)),
        ];
        return rows.Length == 0 ? null : El(
            "details",
            Class("block"),
            El("summary", "Every measure at the last epoch"),
            Table(
                "Train: images trained on; held out: images never trained on; gap: the first less the second. R_c = R − ΔR. Rates in nats.",
                ["measure", .. layers],
                rows));
    }

    private static IReadOnlyDictionary<string, double>[] Last(ReportRun run, IReadOnlyList<string> layers)
    {
        int epoch = run.Measurements.Where(m => m.Layer != Measure.Run).Select(m => m.Epoch).DefaultIfEmpty(0).Max();
        return
        [
            .. layers.Select(
                layer => run.Measurements.Where(m => m.Epoch == epoch && m.Layer == layer).GroupBy(m => m.Name).ToDictionary(
                    name => name.Key, name => name.Last().Value)),
        ];
    }

    private static string Cell(LayerMeasure measure, IReadOnlyList<double> values) =>
        values.Count == 0 ? "" : measure.IsFraction ? Wording.Percent(SeedMean.Of(values)) : Wording.Plain(SeedMean.Of(values), 2);
}
