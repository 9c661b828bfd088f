using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Reproduction;

/// <summary>
/// The last layer before and after each undo and its control. Differences stand where they are judged, as in <see cref="StateTable"/>.
/// </summary>
internal static class UndoTable
{
    /// <summary>Makes the table.</summary>
    /// <param name="title">What it is called.</param>
    /// <param name="table">The states.</param>
    /// <param name="accuracies">The accuracies to show.</param>
    public static Grid Of(string title, ResultTable table, IReadOnlyList<string> accuracies)
    {
        Entrant[] states = [.. table.Entrants.Where(state => state.Stage != EvaluationStage.Untrained)];
        return Grid.Of(
            title,
            1,
            states,
            [
                (new("state"), state => new(state.Label)),
                .. accuracies.Append(Measure.InstanceReductionHeldOut).Append(Measure.EffectiveRank).Select(
                    measure => ((GridColumn, Func<Entrant, GridCell>))(
                        new GridColumn(Wording.Probe(measure) + (Wording.IsAccuracy(measure) ? ", %" : "")),
                        state => GridCell.OverSeeds(Key(measure), state[Key(measure)]))),
            ],
            state => state.Style) with
        {
            Lead = [$"States of {Setting.Last}, on images never trained on: means ± standard deviations over (n) seeds."],
            Notes = [.. Pairing.MeansLeftOut(states, [.. accuracies.Select(Key)])],
        };

        static ResultKey Key(string measure) => ResultKey.Probe(measure, Setting.Last);
    }
}
