using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Reporting;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>Charts with a line for each layer of the backbone over the epochs of a pre-training.</summary>
internal static class LayerLines
{
    /// <summary>Why curves and tables of one layer need not agree.</summary>
    public const string Measured = "Curves are measured as training goes, on images that are kept for probes, half of them by a fit of the "
        + "other half. Tables are measured at the end, on test images, by a fit of all that are kept for probes: their accuracies differ.";

    private static readonly string[] colours = ["faint", "plain", "early", "stage-umm", "last"];

    /// <summary>A measure of all layers; null where it was not measured.</summary>
    /// <param name="group">Runs that differ in the seed alone.</param>
    /// <param name="measure">The measure.</param>
    /// <param name="title">What the chart is called.</param>
    /// <param name="note">What to know of it.</param>
    /// <param name="alsoHold">Other measures whose values the axis must hold, so that charts side by side share it.</param>
    public static LineChart? Of(ReportGroup group, string measure, string title, string note, params string[] alsoHold)
    {
        bool accuracy = measure.Contains("Accuracy", StringComparison.Ordinal);
        ChartSeries[] series =
        [
            .. LayerNames.Backbone.Zip(colours, (layer, colour) => new ChartSeries(layer, colour, false, Curve(layer, measure)))
                .Where(line => line.Points.Count > 0),
        ];
        return series.Length == 0 ? null : new LineChart(title, note, "epoch", accuracy ? "accuracy, %" : "ΔR, nats", series)
        {
            Decimals = accuracy ? 1 : 2,
            AlsoHold =
            [
                .. from other in alsoHold
                   from layer in LayerNames.Backbone
                   from point in Curve(layer, other)
                   select point.Y.Mean,
            ],
        };

        ChartPoint[] Curve(string layer, string name) => ReportCurves.Curve(group, layer, name, accuracy ? 100 : 1);
    }

    /// <summary>What accuracies of a name are measured on, in words.</summary>
    public static string Words(string measure) => measure switch
    {
        Measure.KnnAccuracy => "kNN among images never trained on",
        Measure.LinearAccuracy => "linear probe fitted on images never trained on",
        Measure.KnnAccuracySeenBank => "kNN among images trained on",
        Measure.LinearAccuracySeenBank => "linear probe fitted on images trained on",
        _ => measure,
    };
}
