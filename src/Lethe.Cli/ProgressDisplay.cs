using System.Diagnostics;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>
/// Shows progress on standard error: in a terminal a line that is drawn over, of a training with a <see cref="Dashboard"/> beneath it;
/// elsewhere a plain line, the rarer the longer it takes.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="terminal">Whether that is a terminal.</param>
/// <param name="colour">Whether it shows colours.</param>
/// <param name="width">Its columns.</param>
/// <param name="height">Its rows; null for one line at most.</param>
internal sealed class ProgressDisplay(TextWriter output, bool terminal, bool colour, Func<int> width, Func<int>? height = null)
    : IProgress<WorkflowProgress>, IDisposable
{
    private static readonly TimeSpan redraw = TimeSpan.FromMilliseconds(100);

    // Between two plain lines: a twentieth of the time so far, within these bounds.
    private static readonly TimeSpan soonest = TimeSpan.FromSeconds(5), latest = TimeSpan.FromMinutes(1);

    private readonly Stopwatch sinceStart = new();
    private readonly Stopwatch sinceShown = new();
    private readonly Lock gate = new();
    private readonly Dashboard dashboard = new();
    private string stage = "";
    private long first;
    private int drawn;

    public void Report(WorkflowProgress value)
    {
        // Images are read on several threads.
        lock (gate)
        {
            if (value.Notice is { } notice)
            {
                Clear();
                output.WriteLine(PlainText.Of(notice));
                output.Flush();
                dashboard.Hear(notice);
                return;
            }

            bool fresh = value.Stage != stage;
            if (fresh)
            {
                stage = value.Stage;
                first = value.Done;
                sinceStart.Restart();
                dashboard.Begin();
            }

            if (value.Step is { } step)
                dashboard.Take(step);

            bool last = value.Total > 0 && value.Done == value.Total;
            if (!fresh && !last && sinceShown.IsRunning && sinceShown.Elapsed < (terminal ? redraw : Between(sinceStart.Elapsed)))
                return;
            sinceShown.Restart();
            TimeSpan? left = value.Left ?? ByRate(value);
            if (terminal)
            {
                // The last column stays empty: some terminals go to the next line when it is filled.
                string[] lines = Lines(value, left, Math.Max(width() - 1, 1));
                output.Write(Erased() + Coloured(string.Join('\n', lines)));
                drawn = lines.Length;
            }
            else
            {
                output.WriteLine(Line(value, left, null));
            }

            output.Flush();
        }
    }

    /// <summary>Shows how several pieces of work stand, a line for each: drawn over in a terminal, elsewhere the rarer the longer it takes.
    /// </summary>
    public void Show(IReadOnlyList<string> lines)
    {
        lock (gate)
        {
            if (!sinceStart.IsRunning)
                sinceStart.Restart();
            if (!terminal && sinceShown.IsRunning && sinceShown.Elapsed < Between(sinceStart.Elapsed))
                return;
            sinceShown.Restart();

            // What does not fit on the screen cannot be drawn over.
            int columns = Math.Max(width() - 1, 1), rows = Math.Max((height?.Invoke() ?? 2) - 1, 1);
            string[] plain = [.. lines.Select(PlainText.Of)];
            if (terminal)
            {
                string[] fitting = [.. plain.TakeLast(rows).Select(line => line.Length > columns ? line[..columns] : line)];
                output.Write(Erased() + string.Join('\n', fitting));
                drawn = fitting.Length;
            }
            else
            {
                foreach (string line in plain)
                    output.WriteLine(line);
            }

            output.Flush();
        }
    }

    /// <summary>Removes the line, so that other text can follow.</summary>
    public void Clear()
    {
        lock (gate)
        {
            output.Write(Erased());
            drawn = 0;
            output.Flush();
        }
    }

    public void Dispose() => Clear();

    private string[] Lines(WorkflowProgress value, TimeSpan? left, int columns) =>
        value.Step is { } step && columns >= Dashboard.FewestColumns && height?.Invoke() >= Dashboard.FewestRows
            ? [Line(value with { Detail = "" }, left, columns), .. dashboard.Lines(step, columns)]
            : [Line(value, left, columns)];

    // Back to where the first line began, and everything from there away.
    private string Erased() => drawn switch
    {
        0 => "",
        1 => "\r\x1b[2K",
        _ => Invariant($"\r\x1b[{drawn - 1}A\x1b[0J"),
    };

    /// <summary>
    /// The line: stage, bar, share, time left, then the details, the most important first. Where it is too long the bar shrinks, and then
    /// whole details are left out from the end.
    /// </summary>
    /// <param name="value">What to show.</param>
    /// <param name="left">The time left; null where it is not known.</param>
    /// <param name="columns">Columns at most; null without a terminal, where nothing is left out and no bar is drawn.</param>
    internal static string Line(WorkflowProgress value, TimeSpan? left, int? columns)
    {
        var parts = new List<string>();
        if (value.Total <= 0)
        {
            parts.Add(value.Stage);
        }
        else
        {
            double share = (double)value.Done / value.Total;
            int bar = columns switch { null => 0, >= 100 => 24, >= 70 => 12, >= 50 => 6, _ => 0 };
            parts.Add(Invariant($"{value.Stage,-12} {(bar > 0 ? Bar(share, bar) + " " : "")}{share,5:P0}"));
            if (left is { } time && (value.Done < value.Total || time.TotalSeconds >= 1))
                parts.Add($"{Duration(time)} left");
        }

        parts.AddRange(value.Detail.Split("  ", StringSplitOptions.RemoveEmptyEntries));
        if (value.Total > 0)
            parts.Add($"{value.Done}/{value.Total}");
        while (columns is { } most && parts.Count > 1 && parts.Sum(part => part.Length + 2) - 2 > most)
            parts.RemoveAt(parts.Count - 1);
        string line = PlainText.Of(string.Join("  ", parts));
        return columns is { } room && line.Length > room ? line[..room] : line;
    }

    internal static TimeSpan Between(TimeSpan soFar) =>
        soFar / 20 is var share && share < soonest ? soonest : share > latest ? latest : share;

    private TimeSpan? ByRate(WorkflowProgress value) =>
        value.Total > 0 && value.Done > first ? sinceStart.Elapsed * ((double)(value.Total - value.Done) / (value.Done - first)) : null;

    private static string Bar(double share, int width)
    {
        int full = (int)Math.Round(share * width);
        return new string('━', full) + new string('─', width - full);
    }

    private string Coloured(string line)
    {
        int bar = line.IndexOfAny(['━', '─']), end = line.LastIndexOfAny(['━', '─']) + 1;
        if (!colour || bar < 0)
            return line;
        int rest = line.IndexOf('─', StringComparison.Ordinal) is var start and >= 0 ? start : end;
        return $"{line[..bar]}\x1b[36m{line[bar..rest]}\x1b[90m{line[rest..end]}\x1b[0m{line[end..]}";
    }

    private static string Duration(TimeSpan time) => time.TotalDays >= 2 ? Invariant($"{time.TotalDays:F1} days")
        : time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}" : $"{time.Minutes}:{time.Seconds:D2}";
}
