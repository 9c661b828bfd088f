using MathNet.Numerics.Distributions;

namespace Lethe.Diagnostics;

/// <summary>
/// The mean difference between two series of numbers that belong together in pairs, as two states of the encoder under several seeds,
/// with Student's paired t-test (1908): t = mean / (s/√n) with n − 1 degrees of freedom.
/// </summary>
/// <remarks>
/// The test takes the differences for draws from a normal distribution. With one pair there is no spread, and where all differences are
/// equal (but for rounding) the spread that was found is no estimate of any: in both cases there is neither t, nor p, nor interval.
/// </remarks>
/// <param name="Count">n, the number of pairs.</param>
/// <param name="Mean">Mean of the differences, in the unit of the numbers.</param>
/// <param name="Deviation">s, their standard deviation over n − 1; null where n is 1.</param>
/// <param name="T">The statistic; null where the test cannot be made.</param>
/// <param name="P">
/// The chance of a |t| at least as large if the true mean were 0 (two-sided), in (0, 1]; null where the test cannot be made.
/// </param>
/// <param name="Low">Lower end of the 95 % interval of the mean; null where the test cannot be made.</param>
/// <param name="High">Upper end of it.</param>
internal sealed record PairedDifference(int Count, double Mean, double? Deviation, double? T, double? P, double? Low, double? High)
{
    private const double Confidence = 0.95;

    // Accuracies are fractions, and equal differences of them differ in the last bits.
    private const double RoundingShare = 1e-12;

    /// <summary>
    /// What the mean must exceed to be told from chance, in the unit of the numbers: half the 95 % interval; where the test cannot be made,
    /// twice the sampling error of a difference; null where neither is known.
    /// </summary>
    public double? Resolution { get; init; }

    /// <summary>
    /// Whether the mean exceeds <see cref="Resolution"/>: with a test, whether the 95 % interval leaves out 0, the same as P below 0.05.
    /// </summary>
    public bool IsClear => Math.Abs(Mean) > Resolution;

    /// <summary>The same with the interval cut at the ends of the range of such a difference.</summary>
    public PairedDifference Within(MeasureRange range) => this with
    {
        Low = Low is { } low ? range.Cut(low) : null, High = High is { } high ? range.Cut(high) : null,
    };

    /// <summary>Compares pairs.</summary>
    /// <param name="from">The first number of each pair, finite.</param>
    /// <param name="to">The second number of each pair, finite.</param>
    /// <param name="samplingError">
    /// Standard error of one difference by itself, which serves where the test cannot be made; null where it is unknown.
    /// </param>
    /// <returns>Second minus first.</returns>
    /// <exception cref="ArgumentException">There is no pair, the series differ in length, or a number is not finite.</exception>
    public static PairedDifference Of(IReadOnlyList<double> from, IReadOnlyList<double> to, double? samplingError = null)
    {
        if (from.Count != to.Count || from.Count == 0)
            throw new ArgumentException(
                $"Expected two series of one length, at least 1; found {from.Count} and {to.Count} numbers.", nameof(to));
        if (!from.Concat(to).All(double.IsFinite))
            throw new ArgumentException("Expected finite numbers, found one that is not.", nameof(to));
        int n = from.Count;
        double[] differences = [.. to.Zip(from, (second, first) => second - first)];
        double mean = differences.Average();
        if (n == 1)
            return new PairedDifference(n, mean, null, null, null, null, null) { Resolution = 2 * samplingError };

        double deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (n - 1));
        if (deviation <= RoundingShare * from.Concat(to).Max(Math.Abs))
            return new PairedDifference(n, mean, 0, null, null, null, null) { Resolution = 2 * samplingError };
        double error = deviation / Math.Sqrt(n);
        double t = mean / error;
        double reach = StudentT.InvCDF(0, 1, n - 1, (1 + Confidence) / 2) * error;

        // The lower tail, because 1 − CDF loses the digits of a small p.
        double p = 2 * StudentT.CDF(0, 1, n - 1, -Math.Abs(t));
        return new PairedDifference(n, mean, deviation, t, p, mean - reach, mean + reach) { Resolution = reach };
    }
}
