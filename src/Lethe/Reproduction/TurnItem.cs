using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>Accuracy of every layer over training: does the last one turn, and the early ones not?</summary>
internal sealed class TurnItem : Item
{
    public override string Name => "figure1";

    public override string Title => "Accuracy of every layer over training";

    public override string Claim => "For the whole of a pre-training without labels, early layers go on to learn features that serve "
        + "images never trained on. The last layers do so at first; then, late and abruptly, their accuracy on unseen images falls, while "
        + "on images trained on it does not: they have begun to memorise.";

    public override string Rule => "In each method, for each accuracy on images never trained on: the last layer ends at least one point "
        + "below its best epoch, which is chosen on other images, and has lost more since then than the early layer. It is the rule of "
        + "the monitor, with Holm’s correction for all accuracies and methods of this page.";

    public override IEnumerable<RunNeed> Needs(Setting setting) => setting.Runs().Select(options => new RunNeed(options));

    public override ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups)
    {
        IReadOnlyList<Turned> found = Turned.Of(groups);
        IReadOnlyList<Judgement> Of(IEnumerable<string> measures, bool isAsked) =>
        [
            .. from of in groups
               from measure in measures
               let turn = found.FirstOrDefault(one => one.Group == of && one.Turn.Measure == measure)
               where isAsked || turn is not null
               select Judge(setting, $"{NameOf(of)}, {LayerLines.Words(measure)}", turn),
        ];
        return new ItemReading(Of(setting.Accuracies, isAsked: true))
        {
            Notes = [LayerLines.Measured],
            Beside = Of(found.Select(one => one.Turn.Measure).Distinct().Except(setting.Accuracies), isAsked: false),
            Charts =
            [
                .. groups.SelectMany(group => setting.Accuracies.SelectMany(measure => new[]
                {
                    LayerLines.Of(group, measure, $"{NameOf(group)}: images never trained on", LayerLines.Words(measure), Seen(measure)),
                    LayerLines.Of(
                        group, Seen(measure), $"{NameOf(group)}: images trained on", LayerLines.Words(Unseen(measure)), measure),
                })).OfType<Chart>(),
            ],
        };
    }

    // On images trained on there is one probe of each kind, fitted on others.
    private static string Seen(string measure) => IsKnn(measure) ? Measure.KnnAccuracyTrain : Measure.LinearAccuracyTrain;

    private static string Unseen(string measure) => IsKnn(measure) ? Measure.KnnAccuracy : Measure.LinearAccuracy;

    private static bool IsKnn(string measure) => measure is Measure.KnnAccuracy or Measure.KnnAccuracySeenBank;

    private static Judgement Judge(Setting setting, string name, Turned? found)
    {
        if (found is null)
            return new Judgement(name, Outcome.NotRun, "too few evaluations of this accuracy");
        if (found.Turn.Drop.Error is null || found.Turn.Beyond.Error is null)
        {
            return new Judgement(name, Outcome.Underpowered, "runs agree by chance: there is nothing to tell a loss from chance by")
            {
                Effect = found.Turn.Drop.Value,
            };
        }

        (AccuracyTurn turn, double counts) = (found.Turn, found.Group.Runs[0].Manifest.Pretraining.Monitor.SmallestDrop);
        bool excluded = turn.Drop.High < counts || turn.Beyond.High < counts;
        string size = Unit.Points.Size(counts), early = setting.Early;
        string fell = $"best at epoch {turn.BestEpoch}; {Unit.Points.Size(turn.Beyond.Value)} more than {early} lost"
            + turn.Abrupt switch { true => ", abruptly", false => ", slowly", null => "" };
        return new Judgement(
            name,
            found.IsTurn ? Outcome.Holds : excluded ? Outcome.Fails : Outcome.Underpowered,
            found.IsTurn ? fell
                : turn.Drop.High < counts ? $"a loss of {size} is excluded"
                : excluded ? $"a loss of {size} more than {early} lost is excluded"
                : $"a loss of {size} could have been there unseen")
        {
            Effect = turn.Drop.Value, Low = turn.Drop.Low, High = turn.Drop.High, P = found.P, Smallest = turn.SmallestVisible,
        };
    }
}
