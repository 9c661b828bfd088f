using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>Accuracy of every layer over training: does the last one turn, and the early ones not?</summary>
internal sealed class TurnItem : Item
{
    // The rule was written down before anything was measured: less than a point is no turn.
    private const double Counts = 0.01;

    public override string Name => "figure1";

    public override string Title => "Accuracy of every layer over training";

    public override string Claim => "For the whole of a pre-training without labels, early layers go on to learn features that serve "
        + "images never trained on. The last layers do so at first; then, late and abruptly, their accuracy on unseen images falls, while "
        + "on images trained on it does not: they have begun to memorise.";

    public override string Rule => "In each method, for each accuracy on images never trained on: the last layer ends at least one point "
        + "below its best, and has fallen by more than the early layer has since then.";

    public override IEnumerable<RunNeed> Needs(Setting setting) => setting.Runs().Select(options => new RunNeed(options));

    public override ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups) => new(
    [
        .. from of in groups
           from measure in setting.Accuracies
           select Judge(setting, of, measure),
    ])
    {
        Charts =
        [
            .. groups.SelectMany(group => setting.Accuracies.SelectMany(measure => new[]
            {
                LayerLines.Of(group, measure, $"{NameOf(group)}: images never trained on", LayerLines.Words(measure), Seen(measure)),
                LayerLines.Of(group, Seen(measure), $"{NameOf(group)}: images trained on", LayerLines.Words(measure), measure),
            })).OfType<Reporting.Chart>(),
        ],
    };

    private static string Seen(string measure) =>
        measure is Measure.KnnAccuracy or Measure.KnnAccuracySeenBank ? Measure.KnnAccuracyTrain : Measure.LinearAccuracyTrain;

    private static Judgement Judge(Setting setting, ReportGroup group, string measure)
    {
        string name = $"{NameOf(group)}, {Wording.Probe(measure)}";
        if (Turn.Of(group, measure, Setting.Last, setting.Early) is not { } turn)
            return new Judgement(name, Outcome.NotRun, "too few evaluations of this accuracy");
        PairedDifference fall = turn.Last;
        if (fall.Resolution is not { } reach || turn.Apart.Resolution is null)
            return new Judgement(name, Outcome.Underpowered, "one run: nothing to tell a fall from chance by") { Effect = -fall.Mean };
        bool fell = -fall.Mean >= Counts && fall.IsClear && turn.Apart.IsClear && turn.Apart.Mean < 0;
        bool excluded = -fall.Mean + reach < Counts;
        return new Judgement(
            name,
            fell ? Outcome.Holds : excluded ? Outcome.Fails : Outcome.Underpowered,
            fell ? $"{Setting.Last} was best at epoch {turn.Epoch} and fell more than {setting.Early}"
                : excluded ? $"a fall of {Unit.Points.Size(Counts)} is excluded"
                : $"a fall of {Unit.Points.Size(Counts)} could have been there unseen")
        {
            Effect = -fall.Mean, Low = -fall.Mean - reach, High = -fall.Mean + reach, Smallest = fall.SmallestVisible(),
        };
    }
}
