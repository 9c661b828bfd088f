using System.Runtime.ExceptionServices;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Watching;

namespace Lethe.Cli.Sweeps;

/// <summary>Makes cells on this machine, so many at a time, and shows a line for each that is at work.</summary>
/// <param name="cells">The cells, in their order.</param>
/// <param name="jobs">How many at a time.</param>
/// <param name="terminal">Where it is shown.</param>
internal sealed class SweepQueue(IReadOnlyList<CellWork> cells, int jobs, Terminal terminal)
{
    private static readonly TimeSpan glance = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, WatchedRun> seen = [];
    private readonly HashSet<string> told = [];

    /// <summary>Makes all that are not done.</summary>
    /// <param name="cancellation">Ends those at work, with their state saved; no other begins.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(CancellationToken cancellation)
    {
        var waiting = new Queue<CellWork>(cells.Where(cell => cell.Outcome == CellOutcome.Waiting));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] workers = [.. Enumerable.Range(0, Math.Min(jobs, waiting.Count)).Select(
            _ => Task.Run(() => Work(waiting, stop), CancellationToken.None))];
        Task all = Task.WhenAll(workers);
        while (Task.WaitAny([all], glance) < 0)
            Show();
        Show();
        terminal.Progress.Clear();
        cancellation.ThrowIfCancellationRequested();

        // Where one could not go on, the others were only asked to end.
        Exception? cause = workers.Select(worker => worker.Exception?.InnerException)
            .FirstOrDefault(error => error is not (null or OperationCanceledException));
        if (cause is not null)
            ExceptionDispatchInfo.Throw(cause);
    }

    // What no cell can go on without, as a folder that can be written, ends the others too.
    private static void Work(Queue<CellWork> waiting, CancellationTokenSource stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                CellWork? next;
                lock (waiting)
                {
                    if (!waiting.TryDequeue(out next))
                        return;
                }

                next.Run(stop.Token);
            }
        }
        catch (Exception)
        {
            stop.Cancel();
            throw;
        }
    }

    private void Show()
    {
        foreach (CellWork cell in cells.Where(cell => cell.Clock is not null || cell.Outcome == CellOutcome.Elsewhere))
        {
            string? said = cell.Outcome switch
            {
                CellOutcome.Running when cell.Clock is not null => "begins",
                CellOutcome.Done => $"is done, after {Wording.Duration(cell.Clock!.Elapsed.TotalSeconds)}",
                CellOutcome.Failed => $"failed: {cell.Reason}",
                CellOutcome.Elsewhere => cell.Reason,
                _ => null,
            };
            if (said is not null && told.Add($"{cell.Cell.Name} {cell.Outcome}"))
                terminal.Say($"{cell.Cell.Name} {said}");
        }

        CellWork[] working = [.. cells.Where(cell => cell.Outcome == CellOutcome.Running)];
        int done = cells.Count(cell => cell.Outcome == CellOutcome.Done), failed = cells.Count(cell => cell.Outcome == CellOutcome.Failed);
        terminal.Progress.Show(
        [
            .. working.Select(Line),
            $"{done} of {cells.Count} cells done" + (failed > 0 ? $", {failed} failed" : ""),
        ]);
    }

    private string Line(CellWork work)
    {
        SweepCell cell = work.Cell;
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (!RunDirectory.HoldsRun(cell.Path))
            return $"{cell.Name}  {work.Step} begins";
        WatchedRun run = seen[cell.Name] = WatchedRun.Read(cell.Name, cell.Path, seen.GetValueOrDefault(cell.Name));
        if (run.Now(now) is not { Pulse: { } pulse } part || !part.IsAtWork(now))
            return $"{cell.Name}  {work.Step} begins";
        string share = pulse.Total > 0 ? Invariant($"  {(double)pulse.Done / pulse.Total:P0}") : "";
        string left = RunWords.Left(part, now) is { } time ? $"  {time} left" : "";
        return $"{cell.Name}  {RunWords.Stage(part)}{share}{left}  {pulse.Detail}".TrimEnd();
    }
}
