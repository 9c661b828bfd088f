using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Watching;

/// <summary>A run in the table of runs.</summary>
/// <param name="Run">The run.</param>
/// <param name="Life">What is to be said of it.</param>
/// <param name="Curve">The measure that is shown, by epoch.</param>
/// <param name="Measure">Its name.</param>
internal sealed record OverviewRow(WatchedRun Run, RunLife Life, IReadOnlyList<Measurement> Curve, string Measure)
{
    /// <summary>The latest value; null where it was not measured.</summary>
    public Measurement? Last => Curve.Count > 0 ? Curve[^1] : null;

    /// <summary>The highest accuracy or the lowest loss; null where it was not measured, or where neither high nor low is better.</summary>
    public Measurement? Best => Curve.Count == 0 ? null
        : Wording.IsAccuracy(Measure) ? Curve.MaxBy(m => m.Value)
        : Measure.Contains("loss", StringComparison.OrdinalIgnoreCase) ? Curve.MinBy(m => m.Value)
        : null;

    /// <summary>The value that a result is judged by.</summary>
    public double? Result => (Best ?? Last)?.Value;

    /// <summary>What a filter looks into.</summary>
    public string Words => $"{Run.Id} {RunWords.Word(Life)} {Run.Run?.Manifest.Method} "
        + string.Join(' ', Run.Options.Select(option => $"{option.Key}={option.Value}"));
}
