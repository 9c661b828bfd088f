using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Cli.Sweeps;

/// <summary>Makes a cell, each step in a process of its own, from the first step that is not done.</summary>
/// <param name="cell">The cell.</param>
/// <param name="threads">Threads of a cell that has not begun.</param>
/// <param name="retries">How often a step that failed is begun again.</param>
internal sealed class CellWork(SweepCell cell, int threads, int retries)
{
    // What a process that was asked to end may take to save its state.
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(2.5);
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(200), moment = TimeSpan.FromSeconds(1);

    /// <summary>The cell.</summary>
    public SweepCell Cell => cell;

    private string Log => Path.Combine(cell.Folder, "log.txt");

    /// <summary>How it stands.</summary>
    public CellOutcome Outcome { get; private set; } = CellOutcome.Waiting;

    /// <summary>Why it failed, or who else makes it; null where neither is so.</summary>
    public string? Reason { get; private set; }

    /// <summary>The verb of the step that is at work; empty before the first.</summary>
    public string Step { get; private set; } = "";

    /// <summary>When it began here; null where it has not.</summary>
    public Stopwatch? Clock { get; private set; }

    /// <summary>Sees whether there is anything to do.</summary>
    public void Look()
    {
        if (CellState.Load(cell) is { } state && cell.DoneSteps(state) == cell.Steps.Count)
            Outcome = CellOutcome.Done;
    }

    /// <summary>Makes what is not done.</summary>
    /// <param name="cancellation">Ends the step that is at work, with its state saved.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the cell goes on another time.</exception>
    /// <exception cref="RunException">The folder of the sweep cannot be written.</exception>
    public void Run(CancellationToken cancellation)
    {
        MakeFolder();
        using DirectoryLock? held = DirectoryLock.TryAcquire(cell.Folder);
        if (held is null)
        {
            (Outcome, Reason) = (CellOutcome.Elsewhere, $"it is made by {DirectoryLock.OwnerOf(cell.Folder)}");
            return;
        }

        (Outcome, Clock) = (CellOutcome.Running, Stopwatch.StartNew());
        CellState state = CellState.Load(cell) ?? new CellState(threads);
        int done = cell.DoneSteps(state);
        state = state with { Done = [.. state.Done.Take(done)], Failure = null };
        state.Save(cell);
        foreach (IReadOnlyList<string> step in cell.Steps.Skip(done))
        {
            Step = step[0];
            Reason = Make(step, state.Threads, cancellation);
            state = Reason is null ? state with { Done = [.. state.Done, cell.KeyOf(step)] } : state with { Failure = Reason };
            state.Save(cell);
            if (Reason is not null)
            {
                Outcome = CellOutcome.Failed;
                return;
            }
        }

        Outcome = CellOutcome.Done;
    }

    private void MakeFolder()
    {
        try
        {
            Directory.CreateDirectory(cell.Folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"Cannot make the folder {cell.Folder}: {error.Message} Give another with --out.", error);
        }
    }

    // Null where it succeeded; else why not.
    private string? Make(IReadOnlyList<string> step, int ownThreads, CancellationToken cancellation)
    {
        for (int tries = 0; ; tries++)
        {
            WaitForEarlier(cancellation);
            (int exitCode, string said) = Child([.. step, $"--threads={ownThreads}", Verb.JsonFlag], cancellation);
            if (exitCode == Verb.Done)
                return null;

            // What asks all processes of a job to end may reach the step a moment before it reaches this one.
            if (exitCode is Verb.Preempted or Verb.Interrupted)
                cancellation.WaitHandle.WaitOne(moment);
            cancellation.ThrowIfCancellationRequested();

            // What cannot be used now cannot be used the next time, and what diverged would again.
            bool hopeless = exitCode == Verb.WrongUse
                || (RunDirectory.HoldsRun(cell.Path) && RunDirectory.Open(cell.Path).LoadManifest().Diverged);
            if (hopeless || tries >= retries)
                return said.Length > 0 ? said : $"'{step[0]}' ended with {exitCode}; {Log} has what it said.";
        }
    }

    // The process of a sweep that was killed takes a moment to save its state.
    private void WaitForEarlier(CancellationToken cancellation)
    {
        for (var clock = Stopwatch.StartNew(); Directory.Exists(cell.Path) && clock.Elapsed < patience;)
        {
            using (DirectoryLock? free = DirectoryLock.TryAcquire(cell.Path))
            {
                if (free is not null)
                    return;
            }

            cancellation.WaitHandle.WaitOne(pause);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private (int ExitCode, string Said) Child(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using var log = new StreamWriter(Log, append: true) { AutoFlush = true };
        log.WriteLine(Invariant($"{DateTimeOffset.UtcNow:u} lethe ") + string.Join(' ', arguments.Select(ShellWord.Quote)));
        using Process process = Process.Start(OwnProgram.Start(arguments))
            ?? throw new RunException($"{OwnProgram.Line[0]} cannot be begun.");
        process.ErrorDataReceived += (_, line) =>
        {
            lock (log)
                log.WriteLine(line.Data);
        };
        process.BeginErrorReadLine();
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);

        // The end of its input asks it to end.
        using (cancellation.Register(process.StandardInput.Close))
            process.WaitForExit();
        return (process.ExitCode, Error(output.GetAwaiter().GetResult()));
    }

    private static string Error(string output)
    {
        try
        {
            return JsonNode.Parse(output) is JsonObject document && document["error"] is { } error ? error.ToString() : "";
        }
        catch (JsonException)
        {
            return ""; // it ended before it could say anything
        }
    }
}
