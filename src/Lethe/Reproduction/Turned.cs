using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>
/// Whether an accuracy of the last layer turned in the runs of a method, as the monitor has it, among those of all methods.
/// </summary>
/// <param name="Group">The runs.</param>
/// <param name="Turn">What the monitor measured.</param>
/// <param name="P">Its p after Holm's correction for all accuracies of all methods.</param>
internal sealed record Turned(ReportGroup Group, AccuracyTurn Turn, double P)
{
    /// <summary>Whether it turned: also when the other methods are kept in mind.</summary>
    public bool IsTurn => Turn.Turned && P < TurnRule.Level;

    /// <summary>Every accuracy of every method that could be judged.</summary>
    public static IReadOnlyList<Turned> Of(IReadOnlyList<ReportGroup> groups)
    {
        (ReportGroup Group, AccuracyTurn Turn)[] all =
            [.. groups.SelectMany(group => group.Memorisation.Accuracies.Select(turn => (group, turn)))];
        double[] chances = Holm.Adjust([.. all.Select(one => one.Turn.P)]);
        return [.. all.Zip(chances, (one, p) => new Turned(one.Group, one.Turn, p))];
    }
}
