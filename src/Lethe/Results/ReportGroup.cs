using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>Runs with the same options and different seeds, shown as mean and spread.</summary>
/// <param name="Title">What sets the group apart from the others of the report; empty where it is the only one.</param>
/// <param name="Runs">The runs, at least one.</param>
internal sealed record ReportGroup(string Title, IReadOnlyList<ReportRun> Runs)
{
    /// <summary>
    /// What is said of memorisation in its runs, judged together: the verdict, the tiles, the curves and the words beside them take it from
    /// here.
    /// </summary>
    public MemorisationVerdict Memorisation => MemorisationMonitor.JudgeSeeds(
        [.. Runs.Select(run => run.Measurements)], Runs[0].Manifest.Pretraining.Monitor, Runs.Min(run => run.Manifest.Data.TestCount));

    /// <summary>Which layers know the images that they were trained on; null where that was not measured.</summary>
    public MembershipVerdict? Membership => MembershipMonitor.Judge(
        [.. Runs.Select(run => run.Measurements)], Runs.Min(run => run.Manifest.ImagesOfRates));

    /// <summary>Names of the undos as they are shown: the one that the others differ from, then those that differ the least.</summary>
    public IReadOnlyList<string> UndoNames => [.. UndoLabels.Of(this).Select(undo => undo.Name)];

    /// <summary>The undo by UMM that stands first; null where there is none.</summary>
    public string? FirstUndo => UndoNames.FirstOrDefault(name => !IsRival(name));

    /// <summary>Whether an undo is something that UMM must beat, and not UMM.</summary>
    public bool IsRival(string undo) => Runs.SelectMany(run => run.Undos).Any(one => one.Name == undo && one.IsRival);

    /// <summary>What names of this group begin with where there are several: the letter of its title and a space.</summary>
    public string Letter => Title.Length == 0 ? "" : $"{Title[0]} ";

    /// <summary>The group with one of its undos alone; null for none.</summary>
    public ReportGroup With(string? undo) => With(one => one.Name == undo);

    /// <summary>The group with its undos by UMM alone.</summary>
    public ReportGroup WithoutRivals() => With(one => !one.IsRival);

    private ReportGroup With(Func<ReportUndo, bool> shown) =>
        this with { Runs = [.. Runs.Select(run => run with { Undos = [.. run.Undos.Where(shown)] })] };
}
