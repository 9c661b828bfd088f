using System.Diagnostics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Reproduction;

/// <summary>Makes the runs of a plan that are not there yet, one after the other; what was interrupted goes on.</summary>
/// <param name="plan">The plan.</param>
/// <param name="root">The folder of the page.</param>
/// <param name="machine">Where to compute.</param>
/// <param name="progress">Told how far the work has come.</param>
internal sealed class Reproducing(Plan plan, string root, Machine machine, IProgress<WorkflowProgress> progress)
{
    private readonly CostBook costs = new(root);
    private readonly Dictionary<string, string> failures = [];

    /// <summary>Why runs or protocols could not be made, by the name of the run.</summary>
    public IReadOnlyDictionary<string, string> Failures => failures;

    /// <summary>Makes the runs of an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellation">Stops with the state saved.</param>
    public void Run(Item item, CancellationToken cancellation)
    {
        foreach ((int place, PlannedRun run) in plan.Runs.Index())
        {
            if (!run.Items.Contains(item.Name) || failures.ContainsKey(run.Name) || run.IsDone(root))
                continue;
            Say($"Run {place + 1} of {plan.Runs.Count}, for {string.Join(", ", run.Items)}: {run.Folder(root)}");
            var clock = Stopwatch.StartNew();
            try
            {
                Make(run, $"{place + 1}/{plan.Runs.Count}", cancellation);
            }
            catch (LetheException error) when (error is TrainingException || RunDirectory.HoldsRun(run.Folder(root)))
            {
                // The others are worth having; a first run that cannot even begin says what is amiss with all.
                failures[run.Name] = error.Message;
                Say($"{run.Name} could not be finished: {error.Message}");
            }
            finally
            {
                if (Directory.Exists(root))
                    costs.Add(run.Name, clock.Elapsed);
            }
        }
    }

    /// <summary>Seconds that were spent on a run so far.</summary>
    public double Seconds(PlannedRun run) => costs[run.Name];

    private void Make(PlannedRun planned, string place, CancellationToken cancellation)
    {
        string path = planned.Folder(root);

        // A run's own start-up block is in its manifest; here the place among all runs says more.
        var told = new Forward<WorkflowProgress>(one =>
        {
            if (one.Notice?.Contains('\n', StringComparison.Ordinal) != true)
                progress.Report(one with { Stage = one.Stage.Length == 0 ? "" : $"{place} {one.Stage}" });
        });
        (RunDirectory run, Session session) = RunDirectory.HoldsRun(path)
            ? Pretraining.Resume(path, machine, planned.Options.Data.DataRoot, told, cancellation)
            : Pretraining.Start(planned.Options, machine, path, RunCommands.Pretrain(planned.Options, path), told, cancellation);
        foreach (UmmOptions undo in planned.Undos)
        {
            Undoing.Run(
                run, session, undo, Setting.NameOf(undo), planned.Options.Seed, resume: true,
                RunCommands.Undo(undo, planned.Options.Seed, path), told, cancellation);
        }

        Evaluating.Update(run, session, told, cancellation);
        string[] measured = [.. planned.Undos.Take(1).Select(Setting.NameOf)];
        foreach (ProtocolNeed need in planned.Protocols.Where(need => !planned.IsDone(run, need)))
        {
            try
            {
                ProtocolEvaluation.Run(run, session, need.Plan() with { Undos = measured }, progress: told, cancellation: cancellation);
            }
            catch (DataException error)
            {
                Say($"{need.Name} is left out: {error.Message}");
            }
        }
    }

    private void Say(string sentence) => progress.Report(new WorkflowProgress("", 0, 0, "", sentence));
}
