using System.Diagnostics;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>
/// Shows progress on standard error: one line that is drawn over in a terminal, a plain line every few seconds
/// elsewhere.
/// </summary>
internal sealed class ProgressDisplay(TextWriter output, bool terminal, bool colour) : IProgress<WorkflowProgress>, IDisposable
{
    private const int BarWidth = 24;
    private const int UnknownWidth = 120;
    private static readonly TimeSpan redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan report = TimeSpan.FromSeconds(5);

    private readonly Stopwatch sinceStart = new();
    private readonly Stopwatch sinceShown = new();
    private readonly Lock gate = new();
    private string stage = "";
    private long first;
    private bool drawn;

    public void Report(WorkflowProgress value)
    {
        // Images are read on several threads.
        lock (gate)
        {
            if (value.Notice is { } notice)
            {
                Clear();
                output.WriteLine(notice);
                output.Flush();
                return;
            }

            bool fresh = value.Stage != stage;
            if (fresh)
            {
                stage = value.Stage;
                first = value.Done;
                sinceStart.Restart();
            }

            bool last = value.Total > 0 && value.Done == value.Total;
            if (!fresh && !last && sinceShown.IsRunning && sinceShown.Elapsed < (terminal ? redraw : report))
                return;
            sinceShown.Restart();
            string text = Line(value);
            if (terminal)
            {
                // Cut before it is coloured, so that no escape sequence is cut.
                int width = Console.WindowWidth > 1 ? Console.WindowWidth - 1 : UnknownWidth;
                output.Write("\r\x1b[2K" + Coloured(text.Length > width ? text[..width] : text));
                drawn = true;
            }
            else
            {
                output.WriteLine(text);
            }

            output.Flush();
        }
    }

    /// <summary>Removes the line, so that other text can follow.</summary>
    public void Clear()
    {
        lock (gate)
        {
            if (drawn)
                output.Write("\r\x1b[2K");
            drawn = false;
            output.Flush();
        }
    }

    public void Dispose() => Clear();

    private string Line(WorkflowProgress value)
    {
        if (value.Total <= 0)
            return $"{value.Stage}  {value.Detail}";
        double share = (double)value.Done / value.Total;
        double rate = value.Done > first ? (value.Done - first) / sinceStart.Elapsed.TotalSeconds : 0;
        string left = rate > 0
            && value.Done < value.Total ? $"  {Duration(TimeSpan.FromSeconds((value.Total - value.Done) / rate))} left" : "";
        string bar = terminal ? Bar(share) + " " : "";
        return Invariant($"{value.Stage,-13}{bar}{share,4:P0}  {value.Done}/{value.Total}  {value.Detail}{left}");
    }

    private static string Bar(double share)
    {
        int full = (int)Math.Round(share * BarWidth);
        return new string('━', full) + new string('─', BarWidth - full);
    }

    private string Coloured(string line)
    {
        int bar = line.IndexOfAny(['━', '─']), end = line.LastIndexOfAny(['━', '─']) + 1;
        if (!colour || bar < 0)
            return line;
        int rest = line.IndexOf('─', StringComparison.Ordinal) is var first and >= 0 ? first : end;
        return $"{line[..bar]}\x1b[36m{line[bar..rest]}\x1b[90m{line[rest..end]}\x1b[0m{line[end..]}";
    }

    private static string Duration(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}" : $"{time.Minutes}:{time.Seconds:D2}";
}
