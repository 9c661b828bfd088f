using System.Globalization;
using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Results;

namespace Lethe.Benchmarks;

/// <summary>
/// The table of docs/results/methods.md, from the run directories of <c>lethe pretrain</c>: one row for each method, over its seeds.
/// </summary>
internal static class MethodTable
{
    public static void Write(IReadOnlyList<string> directories)
    {
        ReportRun[] runs = [.. ReportModel.Load(directories).Groups.SelectMany(group => group.Runs)];
        Console.WriteLine("| method | seeds | kNN: untrained | trained | linear: untrained | trained | projector: spread | rank | "
            + "warnings | s/epoch | peak MiB |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (IGrouping<string, ReportRun> method in runs.GroupBy(run => run.Manifest.Method))
        {
            string Cell(string layer, string measure, bool first, double scale, string format)
            {
                double[] values = [.. method.Select(run => Value(run, layer, measure, first) * scale)];
                string spread = values.Length < 2 ? "" : $" ± {Deviation(values).ToString(format, CultureInfo.InvariantCulture)}";
                return values.Average().ToString(format, CultureInfo.InvariantCulture) + spread;
            }

            string last = LayerNames.Last;
            string[] cells =
            [
                method.Key,
                string.Join(", ", method.Select(run => run.Manifest.Seed).Order()),
                Cell(last, Measure.KnnAccuracy, true, 100, "F1"),
                Cell(last, Measure.KnnAccuracy, false, 100, "F1"),
                Cell(last, Measure.LinearAccuracy, true, 100, "F1"),
                Cell(last, Measure.LinearAccuracy, false, 100, "F1"),
                Cell(LayerNames.Projector, Measure.Spread, false, 1, "F2"),
                Cell(LayerNames.Projector, Measure.EffectiveRank, false, 1, "F0"),
                string.Join(
                    ", ",
                    method.SelectMany(run => run.Manifest.Warnings).Select(warning => warning.Kind).Distinct().DefaultIfEmpty("none")),
                method.Average(run => run.Manifest.Data.TrainCount / run.Manifest.Timings!.ImagesPerSecond).ToString(
                    "F0", CultureInfo.InvariantCulture),
                method.Max(run => run.Manifest.Timings!.PeakMemory).ToString("F0", CultureInfo.InvariantCulture),
            ];
            Console.WriteLine($"| {string.Join(" | ", cells)} |");
        }
    }

    private static double Value(ReportRun run, string layer, string measure, bool first)
    {
        Measurement[] curve = [.. run.Measurements.Where(m => m.Layer == layer && m.Name == measure).OrderBy(m => m.Epoch)];
        return (first ? curve[0] : curve[^1]).Value;
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
