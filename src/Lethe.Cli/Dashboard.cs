using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>
/// What a terminal shows of a training while it goes on, in a few lines: how far, how long still, where and how fast, the course of the
/// loss, the share of time that training waits for images, and what was warned of.
/// </summary>
internal sealed class Dashboard
{
    /// <summary>A screen of fewer columns or rows has one line instead.</summary>
    public const int FewestColumns = 56, FewestRows = 12;

    private const int MostPoints = 240, WidestCourse = 48, Bar = 10;
    private const string Heights = "▁▂▃▄▅▆▇█";

    private readonly List<double> losses = [];
    private long taken, every = 1;
    private double lowest = double.PositiveInfinity;
    private int warnings;
    private string warning = "";

    /// <summary>Forgets the course of the loss, as another training begins.</summary>
    public void Begin()
    {
        losses.Clear();
        (taken, every, lowest) = (0, 1, double.PositiveInfinity);
    }

    /// <summary>Remembers a warning.</summary>
    /// <param name="notice">A sentence that was said; what is no warning is passed over.</param>
    public void Hear(string notice)
    {
        if (!notice.StartsWith("Warning", StringComparison.Ordinal))
            return;
        warnings++;
        warning = notice.ReplaceLineEndings(" ");
    }

    /// <summary>Remembers a step.</summary>
    public void Take(StepReading step)
    {
        lowest = Math.Min(lowest, step.Loss);
        if (taken++ % every != 0 || !double.IsFinite(step.Loss))
            return;
        losses.Add(step.Loss);
        if (losses.Count <= MostPoints)
            return;
        double[] kept = [.. losses.Where((_, i) => i % 2 == 0)];
        losses.Clear();
        losses.AddRange(kept);
        every *= 2;
    }

    /// <summary>The lines beneath the bar.</summary>
    /// <param name="step">The step that was taken.</param>
    /// <param name="columns">Columns at most.</param>
    public IEnumerable<string> Lines(StepReading step, int columns)
    {
        string pace = Pace.Words(step.ImagesPerSecond);
        yield return Fit($"  {step.Place}{(pace.Length > 0 ? $"   {pace}" : "")}", columns);
        yield return Fit(
            Invariant($"  loss     {step.Loss,-8:G4} {Course(losses, Math.Min(WidestCourse, columns - 40))}  lowest {lowest:G4}"), columns);
        int waiting = (int)Math.Round(Bar * Math.Clamp(step.WaitingShare, 0, 1));
        yield return Fit(
            Invariant($"  waiting  {step.WaitingShare,-8:P0} {new string('█', waiting)}{new string('░', Bar - waiting)}  of the time, ")
                + "for images", columns);
        if (warnings > 0)
            yield return Fit($"  {warnings} warning{(warnings == 1 ? "" : "s")}, the last: {warning}", columns);
    }

    /// <summary>Numbers as a row of columns, from the lowest to the highest; the mean of those that share a column.</summary>
    internal static string Course(IReadOnlyList<double> values, int width)
    {
        int columns = Math.Min(values.Count, Math.Max(width, 1));
        double[] means =
        [
            .. Enumerable.Range(0, columns).Select(i => values.Skip(i * values.Count / columns)
                .Take(Math.Max(1, ((i + 1) * values.Count / columns) - (i * values.Count / columns))).Average()),
        ];
        if (means.Length == 0)
            return "";
        double low = means.Min(), range = means.Max() - low;
        return string.Concat(means.Select(mean => Heights[range > 0 ? (int)Math.Round((mean - low) / range * (Heights.Length - 1)) : 0]));
    }

    private static string Fit(string line, int columns) => line.Length <= columns ? line : line[..(columns - 1)] + "…";
}
