namespace Lethe.Reporting;

/// <summary>Runs with the same options and different seeds, shown as mean and spread.</summary>
/// <param name="Title">What sets the group apart from the others of the report; empty where it is the only one.</param>
/// <param name="Runs">The runs, at least one.</param>
public sealed record ReportGroup(string Title, IReadOnlyList<ReportRun> Runs)
{
    /// <summary>Names of the undos of the runs, in the order in which they are shown: the one that the others differ from, then those that differ the least.</summary>
    public IReadOnlyList<string> UndoNames => [.. UndoLabels.Of(this).Select(undo => undo.Name)];

    internal string? FirstUndo => UndoNames.Count == 0 ? null : UndoNames[0];
}
