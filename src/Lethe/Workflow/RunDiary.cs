using System.Globalization;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Workflow;

/// <summary>
/// Keeps <c>pulse.json</c> and <c>log.txt</c> of a run while work on it goes on, and passes progress on. Whoever reports does not wait for
/// the disk: a timer writes. What cannot be written is left out; the work itself will say what is amiss with the disk.
/// </summary>
internal sealed class RunDiary : IProgress<WorkflowProgress>, IDisposable
{
    /// <summary>Most points of the loss that a pulse holds; then every second is dropped.</summary>
    internal const int MostPoints = 240;

    // Between two lines of the log on one stage.
    private static readonly TimeSpan apart = TimeSpan.FromMinutes(1);

    private readonly RunDirectory run;
    private readonly IProgress<WorkflowProgress>? others;
    private readonly Lock gate = new(), disk = new();
    private readonly List<string> lines = [];
    private readonly List<PulsePoint> losses = [];
    private readonly Timer timer;
    private WorkflowProgress now;
    private StepReading? step;
    private DateTimeOffset logged;
    private long taken, every = 1;
    private bool ended, told;

    private RunDiary(RunDirectory run, IProgress<WorkflowProgress>? others)
    {
        (this.run, this.others) = (run, others);

        // Apart from the flow of the work: whoever counts what the work does to its files counts none of these.
        using AsyncFlowControl unheard = ExecutionContext.SuppressFlow();
        timer = new Timer(_ => Write(), null, TimeSpan.Zero, RunPulse.Interval);
    }

    /// <summary>Does work on a run and keeps its diary.</summary>
    /// <param name="run">The run; its directory exists.</param>
    /// <param name="what">What is done, for the log.</param>
    /// <param name="progress">Told what the work reports.</param>
    /// <param name="work">Does it, and reports to what it is given.</param>
    public static void Keep(RunDirectory run, string what, IProgress<WorkflowProgress>? progress, Action<IProgress<WorkflowProgress>> work)
    {
        using var diary = new RunDiary(run, progress);
        diary.Note($"{what} begins: process {Environment.ProcessId} on {Environment.MachineName}");
        if (DirectoryLock.Doubt(run.Path) is { } doubt)
            progress?.Report(new WorkflowProgress("", 0, 0, "", doubt));
        try
        {
            work(diary);
            diary.Note($"{what} is done");
        }
        catch (OperationCanceledException)
        {
            diary.Fail($"{what} was interrupted");
            throw;
        }
        catch (Exception error)
        {
            diary.Fail($"{what} failed: {error.Message}");
            throw;
        }
    }

    public void Report(WorkflowProgress value)
    {
        lock (gate)
        {
            told = true;
            if (value.Notice is { } notice)
            {
                Note(notice);
            }
            else
            {
                bool fresh = value.Stage != now.Stage;
                now = value;
                if (value.Step is { } reading)
                    Take(value.Done, reading);
                if (fresh || DateTimeOffset.UtcNow - logged >= apart)
                    Note($"{value.Stage}{(value.Total > 0 ? $" {value.Done}/{value.Total}" : "")}  {value.Detail}".TrimEnd());
            }
        }

        others?.Report(value);
    }

    public void Dispose()
    {
        // A tick that is under way would write after the last pulse, and the end of the process might cut it off.
        using (var idle = new ManualResetEvent(false))
        {
            if (timer.Dispose(idle))
                idle.WaitOne();
        }

        ended = true;
        var last = new Thread(Write);
        last.UnsafeStart();
        last.Join();
    }

    private void Take(long done, StepReading reading)
    {
        step = reading;
        if (taken++ % every != 0 || !double.IsFinite(reading.Loss))
            return;
        losses.Add(new PulsePoint(done, reading.Loss));
        if (losses.Count <= MostPoints)
            return;
        PulsePoint[] kept = [.. losses.Where((_, i) => i % 2 == 0)];
        losses.Clear();
        losses.AddRange(kept);
        every *= 2;
    }

    // An end that nobody asked for is said, whatever came before.
    private void Fail(string text)
    {
        told = true;
        Note(text);
    }

    // Lines of one sentence have the time of its first.
    private void Note(string text)
    {
        lock (gate)
        {
            logged = DateTimeOffset.UtcNow;
            string time = logged.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), indent = new(' ', time.Length);
            lines.AddRange(text.ReplaceLineEndings("\n").Split('\n').Select((line, i) => $"{(i == 0 ? time : indent)}  {line}"));
        }
    }

    private void Write()
    {
        lock (disk)
        {
            RunPulse pulse;
            string[] said;
            lock (gate)
            {
                // Work that finds nothing to do leaves no trace.
                if (!told)
                    return;
                pulse = new RunPulse(DateTimeOffset.UtcNow, ended, now.Stage ?? "", now.Done, now.Total, now.Detail ?? "")
                {
                    SecondsLeft = now.Left?.TotalSeconds,
                    ImagesPerSecond = Finite(step?.ImagesPerSecond),
                    WaitingShare = Finite(step?.WaitingShare),
                    Losses = [.. losses],
                };
                said = [.. lines];
                lines.Clear();
            }

            try
            {
                if (said.Length > 0)
                    AtomicFile.AppendLines(run.LogPath, said);
                AtomicFile.Show(run.PulsePath, stream => RunFiles.WritePulse(stream, pulse));
            }
            catch (RunException)
            {
                // The disk is full or gone; the next checkpoint says so.
            }
        }
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
