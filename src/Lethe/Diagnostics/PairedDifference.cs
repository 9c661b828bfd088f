namespace Lethe.Diagnostics;

/// <summary>
/// The mean difference between two series of numbers that belong together in pairs, as two states of the encoder under several seeds, with
/// the test that its error allows: t = mean / standard error.
/// </summary>
/// <remarks>
/// The error comes from seeds and images where it is known which images were labelled right, else from the spread over seeds (Student's
/// paired t-test, 1908), else, of accuracies, from the number of images. Where none of these is known there is neither t, nor p, nor
/// interval.
/// </remarks>
/// <param name="Count">n, the number of pairs.</param>
/// <param name="Mean">Mean of the differences, in the unit of the numbers.</param>
/// <param name="Deviation">s, their standard deviation over n − 1; null where n is 1.</param>
/// <param name="T">The statistic; null where the test cannot be made.</param>
/// <param name="P">
/// The chance of a |t| at least as large if the true mean were 0 (two-sided), in (0, 1]; null where the test cannot be made.
/// </param>
/// <param name="Low">Lower end of the 95 % interval of the mean, which knows no other difference; null where it cannot be made.</param>
/// <param name="High">Upper end of it.</param>
internal sealed record PairedDifference(int Count, double Mean, double? Deviation, double? T, double? P, double? Low, double? High)
{
    private const double Level = 0.05;

    /// <summary>What the test was made with; null where it cannot be made.</summary>
    public MeanError? Error { get; init; }

    /// <summary>P after <see cref="Holm"/> among the differences of its table; null where it stands alone or has no test.</summary>
    public double? PHolm { get; init; }

    /// <summary>Number of tests in that table; 1 where it stands alone.</summary>
    public int Tests { get; init; } = 1;

    /// <summary>Whether it is told from chance at 5 % among the differences of its table.</summary>
    public bool IsClear => (PHolm ?? P) < Level;

    /// <summary>The smallest true difference that would have become clear in four of five repetitions; null where it is unknown.</summary>
    public double? VisibleFrom => Error?.Visible(Tests);

    /// <summary>The same with the interval cut at the ends of the range of such a difference.</summary>
    public PairedDifference Within(MeasureRange range) => this with
    {
        Low = Low is { } low ? range.Cut(low) : null, High = High is { } high ? range.Cut(high) : null,
    };

    /// <summary>Compares pairs.</summary>
    /// <param name="from">The first number of each pair, finite.</param>
    /// <param name="to">The second number of each pair, finite.</param>
    /// <param name="images">The error of their mean difference by seeds and images; null where it is unknown.</param>
    /// <param name="sampling">The same by the number of images alone, for where there is no spread over seeds.</param>
    /// <returns>Second minus first.</returns>
    /// <exception cref="ArgumentException">There is no pair, the series differ in length, or a number is not finite.</exception>
    public static PairedDifference Of(
        IReadOnlyList<double> from, IReadOnlyList<double> to, MeanError? images = null, MeanError? sampling = null)
    {
        if (from.Count != to.Count || from.Count == 0)
            throw new ArgumentException(
                $"Expected two series of one length, at least 1; found {from.Count} and {to.Count} numbers.", nameof(to));
        if (!from.Concat(to).All(double.IsFinite))
            throw new ArgumentException("Expected finite numbers, found one that is not.", nameof(to));
        int n = from.Count;
        double[] differences = [.. to.Zip(from, (second, first) => second - first)];
        double mean = differences.Average();
        MeanError? seeds = MeanError.OfSeeds(differences, from.Concat(to).Max(Math.Abs));
        double? deviation = n == 1 ? null : seeds is null ? 0 : seeds.Standard * Math.Sqrt(n);
        return (images ?? seeds ?? sampling) is not { } error ? new PairedDifference(n, mean, deviation, null, null, null, null)
            : new PairedDifference(
                n, mean, deviation, mean / error.Standard, error.Chance(mean), mean - error.Reach(), mean + error.Reach())
            {
                Error = error,
            };
    }
}
