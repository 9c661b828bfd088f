using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>ΔR of every layer over training beside the accuracy of the last: does it turn where the accuracy does?</summary>
internal sealed class ReductionItem : Item
{
    public override string Name => "figure2";

    public override string Title => "Coding rate reduction beside accuracy";

    public override string Claim => "The coding rate reduction ΔR of a layer’s output, which needs no labels, shows where generalisation "
        + "ends: it rises and turns in the last layers together with their accuracy on unseen images, and goes on to rise in early layers.";

    public override string Rule => "In each method in which the accuracy of the last layer turned (figure1): ΔR of that layer on images "
        + "never trained on peaked within a tenth of the training of it, and nearer than half the schedule did. Where the accuracy did "
        + "not turn there is nothing to be shown, and a turn of ΔR alone is a false alarm.";

    public override IEnumerable<RunNeed> Needs(Setting setting) => setting.Runs().Select(options => new RunNeed(options));

    public override ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups)
    {
        IReadOnlyList<Turned> turns = Turned.Of(groups);
        IReadOnlyList<Judgement> cases = new TurnItem().Read(setting, groups).Cases;
        return new ItemReading(
        [
            .. groups.Select((group, i) => Judge(
                group,
                [.. turns.Where(turn => turn.Group == group && setting.Accuracies.Contains(turn.Turn.Measure))],
                [.. cases.Skip(i * setting.Accuracies.Count).Take(setting.Accuracies.Count)])),
        ])
        {
            Charts =
            [
                .. groups.SelectMany(group => new[]
                {
                    LayerLines.Of(
                        group, Measure.InstanceReductionHeldOut, $"{NameOf(group)}: ΔR, images never trained on",
                        RateConditions.Text(RateConditions.OfEpochs(group), Setting.Last)),
                    LayerLines.Of(
                        group, setting.Accuracies[0], $"{NameOf(group)}: accuracy, images never trained on",
                        LayerLines.Words(setting.Accuracies[0])),
                }).OfType<Reporting.Chart>(),
            ],
        };
    }

    private static Judgement Judge(ReportGroup group, IReadOnlyList<Turned> turns, IReadOnlyList<Judgement> cases)
    {
        (string name, MemorisationVerdict verdict) = (NameOf(group), group.Memorisation);
        if (turns.Count == 0)
            return new Judgement(name, Outcome.NotRun, "no accuracy to hold it against");
        if (turns.Any(turn => turn.IsTurn))
        {
            return verdict.ReductionShows switch
            {
                true => new(name, Outcome.Holds, $"the accuracy turned at epoch {verdict.Epoch}, and ΔR peaked there too"),
                false => new(name, Outcome.Fails, $"the accuracy turned at epoch {verdict.Epoch}, and ΔR does not show it"),
                null => new(name, Outcome.NotRun, "the accuracy turned, and ΔR was not measured"),
            };
        }

        int alarms = group.Runs.Count(run => run.Onsets?.Any(onset => onset.Layer == Setting.Last) == true);
        if (2 * alarms <= group.Runs.Count)
            return new Judgement(name, Outcome.Underpowered, "no turn of the accuracy was seen that ΔR could have shown");
        return cases.All(one => one.Outcome == Outcome.Fails)
            ? new(name, Outcome.Fails, $"ΔR turned in {alarms} of {group.Runs.Count} runs, and the accuracy in none")
            : new(name, Outcome.Underpowered, "ΔR turned, and whether the accuracy did could not be seen");
    }
}
