using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>Measurements over the epochs of pre-training and over the iterations of UMM.</summary>
internal static class ReportCurves
{
    private static readonly (string Name, string Title, string Note, string Unit)[] courses =
    [
        (Measure.LevelOneLoss, "Level one", "the method’s loss + β · JS", "loss"),
        (Measure.LevelTwoLoss, "Level two", "the method’s loss − α · normalised ΔR", "loss"),
        (Measure.Loss, "The method’s loss", "without the terms of UMM", "loss"),
        (Measure.JensenShannon, "JS", "divergence of the carried density to uniform", "JS, nats"),
        (Measure.VolumeSpread, "Volume spread", "standard deviation of the log volume factor", "log volume"),
        (Measure.BatchReduction, "ΔR of the batch", "", Nats),
        (Measure.InstanceReductionTrain, "ΔR, images trained on", "", Nats),
        (Measure.InstanceReductionHeldOut, "ΔR, images never trained on", "", Nats),
        (Measure.LinearAccuracy, "Linear accuracy", Unseen, Percent),
        (Measure.KnnAccuracy, "kNN accuracy", Unseen, Percent),
        (Measure.LinearAccuracySeenBank, "Linear accuracy, seen bank", SeenBank, Percent),
        (Measure.KnnAccuracySeenBank, "kNN accuracy, seen bank", SeenBank, Percent),
    ];

    private const string Nats = "ΔR, nats", Auc = "membership AUC", Percent = "accuracy, %", Unseen = "on images never trained on",
        SeenBank = Unseen + ", fitted on images trained on";

    public static IEnumerable<Html?> Epochs(ReportModel model, ReportGroup group)
    {
        IReadOnlyList<string> layers = LayerOrder.Sort(group.Runs.SelectMany(run => run.Measurements).Select(m => m.Layer));
        string? last = LayerOrder.Last(layers), early = LayerOrder.Early(layers, Split(group));
        if (last is null)
        {
            yield return Missing("No measurements over epochs yet.", $"lethe diagnose {group.Runs[0].Path}");
            yield break;
        }

        if (group.Runs.All(run => run.Measurements.Select(m => m.Epoch).Distinct().Count() < 2))
            yield return Missing("Only one epoch was measured, so there is no curve.", "lethe pretrain --evaluate-every 1");
        yield return $"<p>{group.Memorisation.Reason}</p>";
        if (group.Membership is { } membership) yield return $"<p>{membership.Reason}</p>";
        foreach (var told in group.Runs.Where(run => run.Reduction.IsJudged).ToLookup(
            run => run.Reduction.Reason, run => run.Manifest.Seed))
        {
            string seeds = group.Runs.Count == 1 ? "" : $"{(told.Count() == 1 ? "Seed" : "Seeds")} {string.Join(", ", told)}: ";
            yield return $"<p class='note'>{seeds}{told.Key}</p>";
        }

        if (group.Runs[0].Manifest.Pretraining.Interleaving.UmmEvery is > 0 and int every)
        {
            string words = $"Steps of UMM were taken in between, after every {every} epochs. This is not in the paper, where UMM begins "
                + "when pre-training is over.";
            yield return $"<p>{words}</p>";
        }

        foreach (string doubt in group.Runs.SelectMany(run => run.Manifest.Doubts).Distinct())
            yield return $"<p class='note'>{doubt}</p>";
        string[] pair = [.. new[] { early, last }.OfType<string>()];
        Html? learned = Chart.Row("two", pair.Select(layer => Accuracy(layer, pair)));
        yield return Chart.Row("two", pair.Select(Reduction)) ?? Missing("No ΔR was measured.", $"lethe diagnose {group.Runs[0].Path}");
        yield return learned ?? ReportOutcome.NoLabels(group);
        yield return Chart.Row("many", [Membership()]);
        yield return $"<h3>Every layer</h3>";
        yield return Small(layers.Select(Reduction));
        if (learned is not null) yield return Small(layers.Select(layer => Accuracy(layer, layers)));
        yield return ReportMeasures.Of(group, layers);
        yield return Training(group);

        LineChart? Reduction(string layer) => Over(
            $"ΔR of {layer}", RateConditions.Text(RateConditions.OfEpochs(group), layer), Nats, layer, [layer], Turned(group, layer),
            (of, _) => Filled(
                new("trained on", Colour(layer), false, Curve(of, layer, Measure.InstanceReductionTrain)),
                new("unseen", Colour(layer), true, Curve(of, layer, Measure.InstanceReductionHeldOut)),
                new("by label", "faint", true, Curve(of, layer, Measure.LabelReduction))));

        LineChart? Accuracy(string layer, IReadOnlyList<string> together) => Over(
            $"Accuracy of {layer}", Unseen + "; seen bank: fitted on images trained on, else on others never trained on", Percent, layer,
            together, Memorised(group, layer),
            (of, other) => Filled(
                new("linear", Colour(layer), false, Curve(of, other, Measure.LinearAccuracy, 100)),
                new("kNN", Colour(layer), true, Curve(of, other, Measure.KnnAccuracy, 100)),
                new("linear, seen bank", "faint", false, Curve(of, other, Measure.LinearAccuracySeenBank, 100)),
                new("kNN, seen bank", "faint", true, Curve(of, other, Measure.KnnAccuracySeenBank, 100))));

        // An axis that ends closer to 0.5 would draw chance as if it were something.
        LineChart? Membership() => Filled(layers.Select(layer => new ChartSeries(
            layer, layer == early ? "early" : layer is LayerNames.Projector ? "plain" : layer == last ? "last" : "faint", false,
            Curve(group, layer, Measure.MembershipAuc)))) is not { Length: > 0 } lines ? null
            : new LineChart(
                "Membership", "how well two views of an image tell whether it was trained on; 0.5 is chance", "epoch", Auc, lines)
            {
                Width = 360, Height = 230, AlsoHold = [0.4, 0.6],
            };

        // Charts of the same layer in all groups, or of some layers together, share their axis.
        LineChart? Over(
            string title, string note, string unit, string layer, IReadOnlyList<string> together, (IReadOnlyList<int>, string) marks,
            Func<ReportGroup, string, IReadOnlyList<ChartSeries>> series) =>
            series(group, layer) is not { Count: > 0 } lines ? null : new LineChart(title, note, "epoch", unit, lines)
            {
                Decimals = unit == Percent ? 1 : 2,
                Marks = marks,
                AlsoHold = from of in model.Groups
                           from other in together
                           from line in series(of, other)
                           from point in line.Points
                           select point.Y.Mean,
            };

        string Colour(string layer) => layer == last ? "last" : layer == LayerNames.Projector ? "plain" : "early";
    }

    public static IEnumerable<Html?> Courses(ReportGroup group) => group.FirstUndo is null
        ? [Missing("UMM has not been run.", $"lethe undo {group.Runs[0].Path}")]
        : ReportOutcome.Blocks(group.WithoutRivals(), name => Courses(group, name));

    private static IEnumerable<Html?> Courses(ReportGroup group, string name)
    {
        ReportUndo[] undos = [.. group.Runs.SelectMany(run => run.Undos).Where(undo => undo.Name == name)];
        if (undos.All(undo => undo.ControlMeasurements.Count == 0))
            yield return $"<p>No control was recorded: what UMM did cannot be told from what further training does.</p>";
        string? last = LayerOrder.Last(LayerOrder.Sort(undos.SelectMany(undo => undo.Measurements).Select(m => m.Layer)));
        yield return Small(courses.Select(course => Course(undos, course, last)))
            ?? Missing("Its course was not recorded.", $"lethe undo {group.Runs[0].Path}");
        if (Kept(undos) is { Length: > 0 } kept)
        {
            string iterations = kept.Length == 1
                ? $"iteration {Wording.Count(kept[0])}"
                : $"iterations {Wording.List([.. kept.Select(k => Wording.Count(k))])} (by seed)";
            string end = undos.All(undo => undo.Manifest.BestEpoch is null) ? ", the last" : "";
            yield return $"<p>{$"The state of {iterations} was kept{end}; it is marked."}</p>";
        }
    }

    private static LineChart? Course(ReportUndo[] undos, (string Name, string Title, string Note, string Unit) course, string? last)
    {
        bool accuracy = course.Unit == Percent;
        IReadOnlyList<ChartSeries> series = Filled(
            new("UMM", "stage-umm", false, Points(undo => undo.Measurements)),
            new("control", "stage-control", true, Points(undo => undo.ControlMeasurements)));
        if (series.Count == 0) return null;
        IEnumerable<RateSetting> settings = undos.SelectMany(undo => undo.Manifest.RateSettings.Select(
            setting => course.Name == Measure.BatchReduction && undo.BatchRows is { } rows ? setting with { Rows = rows } : setting));
        string note = last is not null && course.Unit == Nats ? $"{last}: {RateConditions.Text(settings, last)}"
            : accuracy ? $"{last}, {course.Note}"
            : course.Note;
        return new LineChart(course.Title, note, "iteration", course.Unit, series)
        {
            Decimals = accuracy ? 1 : 4, Marks = (Kept(undos), "kept"),
        };

        // A number of the whole run, or else of the last layer.
        ChartPoint[] Points(Func<ReportUndo, IReadOnlyList<Measurement>> part)
        {
            ChartPoint[] Of(string? layer) => Curve(undos.SelectMany(part), layer, course.Name, accuracy ? 100 : 1);
            return Of(Measure.Run) is { Length: > 0 } whole ? whole : Of(last);
        }
    }

    /// <summary>The loss, and the learning rate beside it; null where no loss was written down.</summary>
    private static Html? Training(ReportGroup group)
    {
        IReadOnlyList<ChartSeries> losses = Filled(
            new("in training", "plain", false, Curve(group, Measure.Run, Measure.Loss)),
            new("trained on", "early", false, Curve(group, Measure.Run, Measure.LossTrain)),
            new("unseen", "early", true, Curve(group, Measure.Run, Measure.LossHeldOut)));
        IReadOnlyList<ChartSeries> rates = Filled(new ChartSeries("rate", "plain", false, Curve(group, Measure.Run, Measure.LearningRate)));
        string note = $"{group.Runs[0].Manifest.Method}: mean over the steps since the last evaluation; and in evaluation mode, "
            + "without schedules, on fixed views of images trained on and of unseen ones";
        return losses.All(line => line.Colour != "plain") ? null : (Html)$"""
            <h3>Training</h3>
            {Chart.Row("two",
            [
                new LineChart("Loss", note, "epoch", "loss", losses) { Decimals = 4 },
                rates.Count == 0 ? null : new LineChart("Learning rate", "at the last step of the epoch", "epoch", "learning rate", rates)
                {
                    Decimals = 6,
                },
            ])}
            """;
    }

    private static Html? Small(IEnumerable<LineChart?> charts) =>
        Chart.Row("three", charts.OfType<LineChart>().Select(chart => chart with { Width = 330, Height = 200 }));

    private static ChartSeries[] Filled(params IEnumerable<ChartSeries> series) => [.. series.Where(line => line.Points.Count > 0)];

    /// <summary>
    /// The iterations whose state was kept: what the rule for stopping chose, else the last; none of an undo that has not ended.
    /// </summary>
    private static int[] Kept(ReportUndo[] undos) =>
    [
        .. undos.Where(undo => undo.Manifest.Status == RunStatus.Done && undo.Measurements.Count > 0)
            .Select(undo => undo.Manifest.BestEpoch ?? undo.Measurements.Max(m => m.Epoch)).Distinct().Order(),
    ];

    /// <summary>The epoch after which an accuracy of the layer went down.</summary>
    private static (IReadOnlyList<int>, string) Memorised(ReportGroup group, string layer) =>
        group.Memorisation is { Turn: { } turn, Layer: { } memorised } && memorised == layer
            ? ([turn.BestEpoch], $"turned, epoch {turn.BestEpoch}")
            : ([], "");

    /// <summary>The epochs at which ΔR of seeds turned.</summary>
    private static (IReadOnlyList<int>, string) Turned(ReportGroup group, string layer)
    {
        IEnumerable<Onset> onsets = group.Runs.SelectMany(run => run.Onsets ?? []).Where(onset => onset.Layer == layer);
        int[] epochs = [.. onsets.Select(onset => onset.Epoch).Distinct().Order()];
        string when = epochs is [var only] ? $"epoch {only}" : $"epochs {epochs.FirstOrDefault()} to {epochs.LastOrDefault()}";
        return (epochs, $"ΔR turned, {when}");
    }

    internal static ChartPoint[] Curve(ReportGroup group, string layer, string name, double factor = 1) =>
        Curve(group.Runs.SelectMany(run => run.Measurements), layer, name, factor);

    internal static ChartPoint[] Curve(IEnumerable<Measurement> seeds, string? layer, string name, double factor) =>
    [
        .. seeds.Where(m => m.Layer == layer && m.Name == name).GroupBy(m => m.Epoch, m => factor * m.Value).OrderBy(epoch => epoch.Key)
            .Select(epoch => new ChartPoint(epoch.Key, SeedMean.Of([.. epoch]))),
    ];

    private static string? Split(ReportGroup group) =>
        group.Runs.SelectMany(run => run.Undos).Select(undo => undo.Options.Split).FirstOrDefault();
}
