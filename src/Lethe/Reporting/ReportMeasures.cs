using Lethe.Diagnostics;
using Lethe.Results;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>Every measure of every layer at the last epoch, as a table.</summary>
internal static class ReportMeasures
{
    public static Html? Of(ReportGroup group, IReadOnlyList<string> layers)
    {
        ReportRun[] runs = [.. group.Runs.Where(run => run.Measurements.Count > 0)];
        string[][] rows =
        [
            .. LayerMeasures.All.Select(measure => (string[])[measure.Title, .. layers.Select(layer => Cell(measure, layer))])
                .Where(row => row.Skip(1).Any(cell => cell != GridCell.Nothing)),
        ];
        string[] without = [.. LayerMeasure.AboutNothing(LayerMeasures.All.Where(
            measure => rows.Any(row => row[0] == measure.Title && row.Contains(GridCell.Nothing))))];
        Html table = Table(
            "Train: images trained on; held out: images never trained on; gap: the first minus the second. R_c = R − ΔR. Rates in nats."
                + string.Concat(without.Select(sentence => " " + sentence)),
            ["measure", .. layers],
            rows);
        return If(rows.Length > 0, $"<details class='block'><summary>Every measure at the last epoch</summary>{table}</details>");

        string Cell(LayerMeasure measure, string layer)
        {
            double[] values = [.. runs.Select(run => measure.Of(Last(run, layer))).OfType<double>()];
            return values.Length == 0 ? GridCell.Nothing
                : measure.IsFraction ? Wording.Percent(SeedMean.Of(values))
                : Wording.Plain(SeedMean.Of(values), 2);
        }
    }

    private static Dictionary<string, double> Last(ReportRun run, string layer)
    {
        int epoch = run.Measurements.Where(m => m.Layer != Measure.Run).Select(m => m.Epoch).DefaultIfEmpty(0).Max();
        return run.Measurements.Where(m => m.Epoch == epoch && m.Layer == layer).GroupBy(m => m.Name)
            .ToDictionary(name => name.Key, name => name.Last().Value);
    }
}
