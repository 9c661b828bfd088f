using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Umm;

namespace Lethe.Reproduction;

/// <summary>UMM against its control and its rivals from the same checkpoint, over iterations and at the end.</summary>
internal sealed class OutcomeItem : Item
{
    // Less than a point of accuracy is not worth a claim.
    private const double Counts = 0.01;

    // Below this ΔR is noise, as the monitor has it.
    private const double CountsNats = 0.25;

    private static readonly (string Measure, string Title)[] courses =
    [
        (Measure.KnnAccuracy, "kNN accuracy"), (Measure.LinearAccuracy, "linear accuracy"),
        (Measure.InstanceReductionHeldOut, "ΔR, images never trained on"), (Measure.JensenShannon, "JS, the alignment"),
    ];

    public override string Name => "figure4";

    public override string Title => "UMM against its control and its rivals";

    public override string Claim => "From the same checkpoint, UMM brings the last layer’s distribution nearer to the early layer’s, "
        + "raises its ΔR, and with it the accuracy on unseen images, beyond what as much further training without UMM does.";

    public override string Rule => "In each method, after UMM against the control of as many steps: ΔR and each accuracy of the last "
        + "layer, on images never trained on, are higher. UMM less each rival (as much compute without UMM, whitened features, late layers "
        + "of an earlier epoch or averaged) stands beside it, tested together with it.";

    public override IEnumerable<RunNeed> Needs(Setting setting) =>
        setting.Runs().Select(options => new RunNeed(options) { Undos = Undos(setting) });

    public override ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups)
    {
        IReadOnlyList<UmmOptions> undos = Undos(setting);
        string[] names = [.. undos.Select(Setting.NameOf)];
        var found = groups.Select(group => (Group: group, Table: ResultTable.Of([group], diagnosed: false, names))).ToArray();
        Compared[] claimed =
        [
            .. from one in found
               let umm = After(one.Table, setting.Undo)
               from measure in setting.Accuracies.Append(Measure.InstanceReductionHeldOut)
               let rate = measure == Measure.InstanceReductionHeldOut
               select new Compared(
                   $"{NameOf(one.Group)}, {Wording.Probe(measure)}", umm?.Less(umm.Control, Key(measure)), rate ? CountsNats : Counts,
                   rate ? Unit.Nats : Unit.Points),
        ];
        Compared[] rivals =
        [
            .. from one in found
               let umm = After(one.Table, setting.Undo)
               from undo in undos.Skip(1)
               let rival = After(one.Table, undo)
               where umm is not null && rival is not null
               from measure in setting.Accuracies
               select new Compared(
                   $"{NameOf(one.Group)}, {Wording.Probe(measure)}: UMM less {rival.Label}", umm.Less(rival, Key(measure)), Counts,
                   Unit.Points),
        ];
        IReadOnlyList<Judgement> judged = Judgement.Of([.. claimed, .. rivals]);
        return new ItemReading([.. judged.Take(claimed.Length)])
        {
            Notes = [LayerLines.Measured],
            Beside = [.. judged.Skip(claimed.Length)],
            Charts =
            [
                .. found.SelectMany(one => courses.Select(course => Course(setting, one.Group, course.Measure, course.Title)))
                    .OfType<Chart>(),
            ],
            Grids = [.. found.Select(one => UndoTable.Of($"{NameOf(one.Group)}: every state", one.Table, setting.Accuracies))],
        };
    }

    /// <summary>UMM, then what it is held against.</summary>
    private static IReadOnlyList<UmmOptions> Undos(Setting setting) => setting.Undo.WithRivals();

    private static ResultKey Key(string measure) => ResultKey.Probe(measure, Setting.Last);

    private static LineChart? Course(Setting setting, ReportGroup group, string measure, string title)
    {
        ReportUndo[] undos =
            [.. group.Runs.SelectMany(run => run.Undos).Where(undo => undo.Name == Setting.NameOf(setting.Undo))];
        bool accuracy = Wording.IsAccuracy(measure);
        ChartSeries[] series =
        [
            .. new[]
            {
                new ChartSeries("UMM", "stage-umm", false, Points(undo => undo.Measurements)),
                new ChartSeries("control", "stage-control", true, Points(undo => undo.ControlMeasurements)),
            }.Where(line => line.Points.Count > 0),
        ];
        return series.Length == 0 ? null : new LineChart(
            $"{NameOf(group)}: {title}", measure == Measure.JensenShannon ? "divergence of the carried density to uniform" : Setting.Last,
            "iteration", accuracy ? "accuracy, %" : "nats", series) { Decimals = accuracy ? 1 : 4 };

        ChartPoint[] Points(Func<ReportUndo, IReadOnlyList<Measurement>> part) => ReportCurves.Curve(
            undos.SelectMany(part), measure == Measure.JensenShannon ? Measure.Run : Setting.Last, measure, accuracy ? 100 : 1);
    }
}
