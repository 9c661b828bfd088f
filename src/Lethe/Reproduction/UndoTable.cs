using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>The table of the report's undos, of those of some names.</summary>
internal static class UndoTable
{
    /// <summary>Makes the table; null where nothing of them was evaluated.</summary>
    public static Grid? Of(ReportGroup group, IReadOnlyList<string> undos)
    {
        ReportGroup chosen = group with
        {
            Title = "", Runs = [.. group.Runs.Select(run => run with { Undos = [.. run.Undos.Where(undo => undos.Contains(undo.Name))] })],
        };
        return Ablation.Of(chosen)?.Grid() is { } grid ? grid with { Title = $"{group.Runs[0].Manifest.Method}: every state" } : null;
    }
}
