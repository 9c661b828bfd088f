using System.Xml.Linq;
using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>Measurements over the epochs of pre-training and over the iterations of UMM.</summary>
internal static class ReportCurves
{
    private const int SmallWidth = 330, SmallHeight = 200;

    private static readonly (string Name, string Title, string Note, string Unit)[] courses =
    [
        (Measure.LevelOneLoss, "Level one", "the method’s loss + β · JS", "loss"),
        (Measure.LevelTwoLoss, "Level two", "the method’s loss − α · normalised ΔR", "loss"),
        (Measure.Loss, "The method’s loss", "without the terms of UMM", "loss"),
        (Measure.JensenShannon, "JS", "divergence of the carried density to uniform", "JS, nats"),
        (Measure.VolumeSpread, "Volume spread", "standard deviation of the log volume factor", "log volume"),
        (Measure.BatchReduction, "ΔR of the batch", "", "ΔR, nats"),
        (Measure.InstanceReductionTrain, "ΔR, images trained on", "", "ΔR, nats"),
        (Measure.InstanceReductionHeldOut, "ΔR, images never trained on", "", "ΔR, nats"),
        (Measure.LinearAccuracy, "Linear accuracy", "on images never trained on", "accuracy, %"),
        (Measure.KnnAccuracy, "kNN accuracy", "on images never trained on", "accuracy, %"),
    ];

    public static IEnumerable<XElement?> Epochs(ReportModel model, ReportGroup group)
    {
        IReadOnlyList<string> layers = LayerOrder.Sort(group.Runs.SelectMany(run => run.Measurements).Select(m => m.Layer));
        string? last = LayerOrder.Last(layers), early = LayerOrder.Early(layers, Split(group));
        if (last is null)
        {
            yield return Missing("No measurements over epochs yet.", $"lethe diagnose {group.Runs[0].Path}");
            yield break;
        }

        string[] pair = early is null ? [last] : [early, last];
        if (group.Runs.All(run => run.Measurements.Select(m => m.Epoch).Distinct().Count() < 2))
            yield return Missing("Only one epoch was measured, so there is no course to see.", "lethe pretrain --evaluate-every 1");
        foreach (
            IGrouping<string, ulong> told in group.Runs.Where(run => run.MonitorWords is not null).GroupBy(
                run => run.MonitorWords!, run => run.Manifest.Seed))
        {
            string seeds = group.Runs.Count == 1 ? "" : $"{(told.Count() == 1 ? "Seed" : "Seeds")} {string.Join(", ", told)}: ";
            yield return P(seeds + told.Key);
        }

        if (group.Runs[0].Manifest.Pretraining.Interleaving.UmmEvery is > 0 and int every)
            yield return P($"Steps of UMM were taken in between, after every {every} epochs. This is not in the paper, where UMM begins "
                + "when pre-training is over.");

        LineChart[] reductions = [.. pair.Select(layer => Reduction(model, group, layer, layer == last)).OfType<LineChart>()];
        if (reductions.Length > 0) yield return El("div", Class("two"), reductions.Select(chart => chart.Render()));
        else yield return Missing("No ΔR was measured.", $"lethe diagnose {group.Runs[0].Path}");

        LineChart[] learned = [.. pair.Select(layer => Accuracy(model, group, layer, layer == last, pair)).OfType<LineChart>()];
        if (learned.Length > 0) yield return El("div", Class("two"), learned.Select(chart => chart.Render()));
        else yield return ReportOutcome.NoLabels(group);

        yield return El("h3", "Every layer");
        yield return El(
            "div", Class("three"), layers.Select(layer => Reduction(model, group, layer, layer == last)).OfType<LineChart>().Select(Small));
        if (learned.Length > 0) yield return El(
            "div",
            Class("three"),
            layers.Select(layer => Accuracy(model, group, layer, layer == last, layers)).OfType<LineChart>().Select(Small));

        yield return ReportMeasures.Of(group, layers);

        if (Curve(group, Measure.Run, Measure.Loss) is { Length: > 0 } loss)
        {
            ChartSeries[] series =
            [
                .. Filled(
                    new("in training", "plain", false, loss),
                    new("trained on", "early", false, Curve(group, Measure.Run, Measure.LossTrain)),
                    new("unseen", "early", true, Curve(group, Measure.Run, Measure.LossHeldOut))),
            ];
            string note = $"{group.Runs[0].Manifest.Method}: mean over the steps since the last evaluation; and in evaluation mode, "
                + "without schedules, on fixed views of images trained on and of unseen ones";
            yield return El("h3", "Training");
            yield return El(
                "div", Class("two"), new LineChart("Loss", note, "epoch", "loss", series) { Decimals = 4 }.Render(), Rate(group));
        }
    }

    public static IEnumerable<XElement?> Courses(ReportGroup group)
    {
        if (group.UndoNames.Count == 0) yield return Missing("UMM has not been run.", $"lethe undo {group.Runs[0].Path}");
        foreach (XElement block in ReportOutcome.Blocks(group, name => Courses(group, name))) yield return block;
    }

    private static IEnumerable<XElement?> Courses(ReportGroup group, string name)
    {
        ReportUndo[] undos = [.. group.Runs.SelectMany(run => run.Undos).Where(undo => undo.Name == name)];
        if (undos.All(undo => undo.ControlMeasurements.Count == 0)) yield return P(
            "No control was recorded: what UMM did cannot be told from what further training does.");
        string? last = LayerOrder.Last(LayerOrder.Sort(undos.SelectMany(undo => undo.Measurements).Select(m => m.Layer)));
        LineChart[] charts = [.. courses.Select(course => Course(undos, course, last)).OfType<LineChart>()];
        if (charts.Length == 0) yield return Missing("Its course was not recorded.", $"lethe undo {group.Runs[0].Path}");
        else yield return El("div", Class("three"), charts.Select(Small));
        int[] kept = Kept(undos);
        if (kept.Length > 0)
        {
            bool isLast = undos.All(undo => undo.Manifest.BestEpoch is null);
        {
            string iterations = kept.Length == 1
                ? $"iteration {Wording.Count(kept[0])}"
                : $"iterations {Wording.List([.. kept.Select(k => Wording.Count(k))])} (by seed)";
            yield return P($"The state of {iterations} was kept{(isLast ? ", the last" : "")}; it is marked.");
        }
        }
    }

    /// <summary>
    /// The iterations whose state was kept: what the rule for stopping chose, else the last; none of an undo that has not ended.
    /// </summary>
    private static int[] Kept(ReportUndo[] undos) =>
    [
        .. undos.Where(undo => undo.Manifest.Status == RunStatus.Done && undo.Measurements.Count > 0)
            .Select(undo => undo.Manifest.BestEpoch ?? undo.Measurements.Max(m => m.Epoch)).Distinct().Order(),
    ];

    private static XElement Small(LineChart chart) => (chart with { Width = SmallWidth, Height = SmallHeight }).Render();

    private static XElement? Rate(ReportGroup group)
    {
        ChartPoint[] rate = Curve(group, Measure.Run, Measure.LearningRate);
        return rate.Length == 0 ? null : new LineChart(
            "Learning rate", "at the last step of the epoch", "epoch", "learning rate",
            [new("rate", "plain", false, rate)]) { Decimals = 6 }.Render();
    }

    private static LineChart? Reduction(ReportModel model, ReportGroup group, string layer, bool isLast)
    {
        ChartSeries[] series = [.. Series(group)];
        return series.Length == 0 ? null : new LineChart(
            $"ΔR of {layer}", RateConditions.Text(RateConditions.OfEpochs(group), layer), "epoch", "ΔR, nats", series)
        {
            Marks = Marks(group, layer),
            AlsoHold = Extent(model.Groups.SelectMany(Series)),
        };

        IEnumerable<ChartSeries> Series(ReportGroup of) => Filled(
            new("trained on", Colour(layer, isLast), false, Curve(of, layer, Measure.InstanceReductionTrain)),
            new("unseen", Colour(layer, isLast), true, Curve(of, layer, Measure.InstanceReductionHeldOut)),
            new("by label", "faint", true, Curve(of, layer, Measure.LabelReduction)));
    }

    private static LineChart? Accuracy(ReportModel model, ReportGroup group, string layer, bool isLast, IReadOnlyList<string> together)
    {
        ChartSeries[] series = [.. Series(group, layer)];
        return series.Length == 0 ? null : new LineChart(
            $"Accuracy of {layer}", "on images never trained on", "epoch", "accuracy, %", series)
        {
            Decimals = 1,
            Marks = Marks(group, layer),
            AlsoHold = Extent(model.Groups.SelectMany(of => together.SelectMany(other => Series(of, other)))),
        };

        IEnumerable<ChartSeries> Series(ReportGroup of, string other) => Filled(
            new("linear", Colour(layer, isLast), false, Curve(of, other, Measure.LinearAccuracy, 100)),
            new("kNN", Colour(layer, isLast), true, Curve(of, other, Measure.KnnAccuracy, 100)));
    }

    private static string Colour(string layer, bool isLast) => isLast ? "last" : layer == LayerOrder.Projector ? "plain" : "early";

    private static IEnumerable<ChartSeries> Filled(params IEnumerable<ChartSeries> series) => series.Where(s => s.Points.Count > 0);

    private static IReadOnlyList<double> Extent(IEnumerable<ChartSeries> series)
    {
        double[] values = [.. series.SelectMany(s => s.Points).Select(point => point.Y.Mean)];
        return values.Length == 0 ? [] : [values.Min(), values.Max()];
    }

    /// <summary>One line for each epoch at which a seed turned; the words stand at the first.</summary>
    private static IReadOnlyList<(double X, string Text)> Marks(ReportGroup group, string layer)
    {
        int[] epochs =
            [
                .. group.Runs.SelectMany(run => run.Onsets ?? []).Where(onset => onset.Layer == layer).Select(onset => onset.Epoch)
                    .Distinct().Order(),
            ];
        string text = epochs.Length switch
        {
            0 => "",
            1 => $"ΔR turned, epoch {epochs[0]}",
            _ => $"ΔR turned, epochs {epochs[0]} to {epochs[^1]}",
        };
        return [.. epochs.Select((epoch, i) => ((double)epoch, i == 0 ? text : ""))];
    }

    private static LineChart? Course(ReportUndo[] undos, (string Name, string Title, string Note, string Unit) course, string? last)
    {
        bool accuracy = course.Name is Measure.LinearAccuracy or Measure.KnnAccuracy;
        bool rate = course.Name is Measure.BatchReduction or Measure.InstanceReductionTrain or Measure.InstanceReductionHeldOut;
        ChartSeries[] series =
        [
            .. Filled(
                new("UMM", "stage-umm", false, Points([.. undos.Select(undo => undo.Measurements)])),
                new("control", "stage-control", true, Points([.. undos.Select(undo => undo.ControlMeasurements)]))),
        ];
        if (series.Length == 0) return null;
        IEnumerable<RateSetting> settings = undos.SelectMany(
            undo => undo.Manifest.RateSettings.Select(
                setting => course.Name == Measure.BatchReduction && undo.BatchRows is { } rows ? setting with { Rows = rows } : setting));
        string note = rate && last is not null ? $"{last}: {RateConditions.Text(settings, last)}"
            : accuracy ? $"{last}, {course.Note}"
            : course.Note;
        return new LineChart(course.Title, note, "iteration", course.Unit, series)
        {
            Decimals = accuracy ? 1 : 4,
            Marks = [.. Kept(undos).Select((iteration, i) => ((double)iteration, i == 0 ? "kept" : ""))],
        };

        // A number of the whole run, or else of the last layer.
        ChartPoint[] Points(IReadOnlyList<IReadOnlyList<Measurement>> seeds)
        {
            ChartPoint[] whole = Curve(seeds, Measure.Run, course.Name, accuracy ? 100 : 1);
            return whole.Length > 0 || last is null ? whole : Curve(seeds, last, course.Name, accuracy ? 100 : 1);
        }
    }

    private static ChartPoint[] Curve(ReportGroup group, string layer, string name, double factor = 1) =>
        Curve([.. group.Runs.Select(run => run.Measurements)], layer, name, factor);

    private static ChartPoint[] Curve(IReadOnlyList<IReadOnlyList<Measurement>> seeds, string layer, string name, double factor) =>
    [
        .. seeds.SelectMany(seed => seed).Where(m => m.Layer == layer && m.Name == name).GroupBy(m => m.Epoch).OrderBy(epoch => epoch.Key)
            .Select(epoch => new ChartPoint(epoch.Key, SeedMean.Of([.. epoch.Select(m => factor * m.Value)]))),
    ];

    private static string? Split(ReportGroup group) =>
        group.Runs.SelectMany(run => run.Undos).Select(undo => undo.Options.Split).FirstOrDefault();
}
