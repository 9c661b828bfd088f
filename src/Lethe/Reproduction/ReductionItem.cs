using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>ΔR of every layer over training beside the accuracy of the last: does it turn where the accuracy does?</summary>
internal sealed class ReductionItem : Item
{
    // A sign that comes within a tenth of the training of what it announces.
    private const double Near = 0.1;

    public override string Name => "figure2";

    public override string Title => "Coding rate reduction beside accuracy";

    public override string Claim => "The coding rate reduction ΔR of a layer’s output, which needs no labels, shows where generalisation "
        + "ends: it rises and turns in the last layers together with their accuracy on unseen images, and goes on to rise in early layers.";

    public override string Rule => "In each method in which the accuracy of the last layer turned (figure1): ΔR of that layer on images "
        + "never trained on turned too, within a tenth of the training of it. Where the accuracy did not turn there is nothing to be "
        + "shown, and a turn of ΔR alone is a false alarm.";

    public override IEnumerable<RunNeed> Needs(Setting setting) => setting.Runs().Select(options => new RunNeed(options));

    public override ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups) =>
        new([.. groups.Select(group => Judge(setting, group))])
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

    private static Judgement Judge(Setting setting, ReportGroup group)
    {
        Judgement[] turns = [.. new TurnItem().Read(setting, [group]).Cases];
        Onset[] onsets = [.. group.Runs.SelectMany(run => run.Onsets ?? []).Where(onset => onset.Layer == Setting.Last)];
        int epochs = group.Runs[0].Manifest.Pretraining.Training.EpochCount();
        int? turned = setting.Accuracies.Select(measure => Turn.Of(group, measure, Setting.Last, setting.Early)?.Epoch).FirstOrDefault();
        bool alarmed = onsets.Length > group.Runs.Count / 2;
        if (turns.All(turn => turn.Outcome == Outcome.NotRun))
            return new Judgement(NameOf(group), Outcome.NotRun, "no accuracy to hold it against");
        if (turns.Any(turn => turn.Outcome == Outcome.Holds))
        {
            bool near = alarmed && turned is { } at && Math.Abs(onsets.Average(onset => onset.Epoch) - at) <= Near * epochs;
            return new Judgement(
                NameOf(group), near ? Outcome.Holds : Outcome.Fails,
                near ? $"ΔR turned with the accuracy, at epoch {onsets[0].Epoch}" : "the accuracy turned, and ΔR did not turn with it");
        }

        bool seen = turns.All(turn => turn.Outcome == Outcome.Fails);
        return !alarmed ? new Judgement(NameOf(group), Outcome.Underpowered, "no turn of the accuracy was seen that ΔR could have shown")
            : new Judgement(
                NameOf(group), seen ? Outcome.Fails : Outcome.Underpowered,
                seen ? "ΔR turned where the accuracy did not" : "ΔR turned, and whether the accuracy did could not be seen");
    }
}
