using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>How far an accuracy ended below its best, in the last layer and in an early one, over runs of several seeds.</summary>
/// <param name="Epoch">The epoch of the last layer's best, smoothed over three evaluations and meant over seeds.</param>
/// <param name="Last">End less best of the last layer.</param>
/// <param name="Apart">The same less that of the early layer: how much more the last one fell.</param>
internal sealed record Turn(int Epoch, PairedDifference Last, PairedDifference Apart)
{
    private const double EndShare = 0.1;
    private const int Smoothed = 3;

    /// <summary>Reads a turn; null where too little was measured.</summary>
    public static Turn? Of(ReportGroup group, string measure, string last, string early)
    {
        double[][] late = Curves(group, measure, last), soon = Curves(group, measure, early);
        int[] epochs =
            [.. group.Runs[0].Measurements.Where(m => m.Layer == last && m.Name == measure).Select(m => m.Epoch).Distinct().Order()];
        if (epochs.Length < 2 * Smoothed || late.Concat(soon).Any(curve => curve.Length != epochs.Length) || late.Length != soon.Length)
            return null;
        int best = Enumerable.Range(0, epochs.Length).MaxBy(at => late.Average(curve => Smooth(curve, at)));
        int end = Math.Max(1, (int)(EndShare * epochs.Length));
        double[] fell = [.. late.Select(Fall)], before = [.. soon.Select(Fall)], none = new double[fell.Length];
        return new Turn(epochs[best], PairedDifference.Of(none, fell), PairedDifference.Of(before, fell));

        double Fall(double[] curve) => curve[^end..].Average() - Smooth(curve, best);
    }

    private static double[][] Curves(ReportGroup group, string measure, string layer) =>
    [
        .. group.Runs.Select(run => run.Measurements.Where(m => m.Layer == layer && m.Name == measure).OrderBy(m => m.Epoch)
            .Select(m => m.Value).ToArray()),
    ];

    private static double Smooth(double[] curve, int at)
    {
        int from = Math.Clamp(at - (Smoothed / 2), 0, curve.Length - Smoothed);
        return curve[from..(from + Smoothed)].Average();
    }
}
