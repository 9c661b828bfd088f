namespace Lethe.Diagnostics;

/// <summary>What of a curve over training is noise from one evaluation to the next.</summary>
internal static class CurveNoise
{
    // The median of |N(0, 1)|, and the standard deviation of a second difference of independent unit noise.
    private const double MedianAbsoluteNormal = 0.6745;
    private static readonly double secondDifferenceDeviation = Math.Sqrt(6);

    /// <summary>Its standard deviation, from the median of the curve's second differences, so that neither trend nor step counts.</summary>
    /// <param name="curve">The values, in order.</param>
    /// <returns>Not negative; 0 of fewer than three values.</returns>
    public static double Of(double[] curve)
    {
        if (curve.Length < 3)
            return 0;
        double[] bends = [.. Enumerable.Range(1, curve.Length - 2).Select(i => Math.Abs(curve[i - 1] - 2 * curve[i] + curve[i + 1]))];
        return Median(bends) / (MedianAbsoluteNormal * secondDifferenceDeviation);
    }

    /// <summary>The curve with each value the median of three neighbours, at the ends of the outermost: a step stays a step.</summary>
    public static double[] Medians(double[] curve) => curve.Length < 3
        ? curve
        :
        [
            .. Enumerable.Range(0, curve.Length).Select(i => Math.Clamp(i - 1, 0, curve.Length - 3)).Select(
                from => Median(curve[from..(from + 3)])),
        ];

    /// <summary>The curve with each value the mean of itself and its neighbours.</summary>
    public static double[] Means(double[] curve) =>
        [.. Enumerable.Range(0, curve.Length).Select(i => curve[Math.Max(0, i - 1)..Math.Min(curve.Length, i + 2)].Average())];

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
