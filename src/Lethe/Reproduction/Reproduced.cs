using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Reproduction;

/// <summary>All that was reproduced: what the page and <c>repro.json</c> are written from.</summary>
/// <param name="Setting">At which setting.</param>
/// <param name="Command">The command line that makes it again.</param>
/// <param name="Items">The items in their order.</param>
/// <param name="Plan">All runs.</param>
internal sealed record Reproduced(Setting Setting, string Command, IReadOnlyList<ItemResult> Items, Plan Plan)
{
    /// <summary>The paper's values, where somebody gave them.</summary>
    public PaperValues? Paper { get; init; }

    /// <summary>Every run with its folder, and what its files say where it is done.</summary>
    public required IReadOnlyList<(PlannedRun Run, string Path, ReportRun? Read)> Runs { get; init; }

    /// <summary>Seconds that were spent on all runs.</summary>
    public double Seconds { get; init; }

    /// <summary>Reads the runs of a plan, as far as they are done.</summary>
    /// <param name="items">The items to judge.</param>
    /// <param name="plan">Their runs.</param>
    /// <param name="setting">At which setting.</param>
    /// <param name="work">Made the runs: knows what they cost and why some are missing.</param>
    /// <param name="command">The command line that makes it again.</param>
    public static Reproduced Read(IReadOnlyList<Item> items, Plan plan, Setting setting, Reproducing work, string command)
    {
        string root = setting.Options.Out;
        (PlannedRun Run, string Path, ReportRun? Read)[] runs =
        [
            .. from run in plan.Runs
               let path = run.Folder(root)
               let isThere = run.IsDone(root) || work.Failures.ContainsKey(run.Name)
               select (run, path, isThere ? Load(path) : null),
        ];
        return new Reproduced(setting, command, [.. items.Select(One)], plan)
        {
            Runs = runs,
            Seconds = plan.Runs.Sum(work.Seconds),
        };

        ItemResult One(Item item)
        {
            (PlannedRun Run, string Path, ReportRun? Read)[] own = [.. runs.Where(run => run.Run.Items.Contains(item.Name))];
            ReportRun[] done = [.. own.Select(run => run.Read).OfType<ReportRun>()];
            IReadOnlyList<ReportGroup> groups = done.Length == 0 ? [] : ReportModel.Of(done).Groups;
            PlannedRun[] planned = [.. own.Select(run => run.Run)];
            return new ItemResult(
                item, item.Read(setting, groups), [.. own.Select(run => (run.Run, run.Read?.Manifest))],
                Deviations.Of(setting, planned, [.. done.Select(run => run.Manifest)]))
            {
                IsConclusive = !setting.Preset.Quick,
                Seconds = planned.Sum(work.Seconds),
                Failures =
                [
                    .. from run in planned
                       where work.Failures.ContainsKey(run.Name)
                       select $"{run.Name}: {work.Failures[run.Name]}",
                ],
            };
        }
    }

    // Of a run that could not be finished what there is says more than nothing.
    private static ReportRun? Load(string path) =>
        RunDirectory.HoldsRun(path) && RunDirectory.Open(path).Checkpoints.HasLast ? ReportModel.Load([path]).Groups[0].Runs[0] : null;
}
