namespace Lethe.Reporting;

/// <summary>Runs with the same options and different seeds, shown as mean and spread.</summary>
/// <param name="Title">What sets the group apart from the others of the report; empty where it is the only one.</param>
/// <param name="Runs">The runs, at least one.</param>
public sealed record ReportGroup(string Title, IReadOnlyList<ReportRun> Runs)
{
    /// <summary>Names of the undos of the runs.</summary>
    public IReadOnlyList<string> UndoNames => [.. Runs.SelectMany(run => run.Undos).Select(undo => undo.Name).Distinct().Order(StringComparer.Ordinal)];

    internal string? FirstUndo => UndoNames.Count == 0 ? null : UndoNames[0];
}
