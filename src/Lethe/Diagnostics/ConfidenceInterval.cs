using Lethe.Numerics;
using MathNet.Numerics.Distributions;

namespace Lethe.Diagnostics;

/// <summary>
/// An interval that holds the true value in 95 of 100 repetitions, and how it was made. It lies within the range of the measure, where that
/// is known.
/// </summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Kind">How it was made, in words.</param>
public sealed record ConfidenceInterval(double Low, double High, string Kind)
{
    private const double Normal = 1.959963984540054;
    private const int Resamples = 400;

    /// <summary>Of a fraction of independent trials (Wilson 1927), which keeps within [0, 1].</summary>
    /// <param name="hits">Trials that succeeded.</param>
    /// <param name="trials">All trials, at least 1.</param>
    /// <returns>The interval.</returns>
    public static ConfidenceInterval Wilson(int hits, int trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        double fraction = (double)hits / trials, squared = Normal * Normal;
        double centre = (fraction + (squared / (2 * trials))) / (1 + (squared / trials));
        double half = Normal / (1 + (squared / trials)) * Math.Sqrt(
            (fraction * (1 - fraction) / trials) + (squared / (4.0 * trials * trials)));

        // At no hit or only hits one end is the fraction itself, which rounding may miss.
        return new ConfidenceInterval(
            hits == 0 ? 0 : Math.Max(0, centre - half), hits == trials ? 1 : Math.Min(1, centre + half),
            $"95 %, Wilson, over {trials} test images");
    }

    /// <summary>Of the mean of independent draws: mean ± t·s/√n (Student 1908).</summary>
    /// <param name="values">One value for each draw, at least two.</param>
    /// <param name="of">What the draws are, in words.</param>
    /// <returns>The interval.</returns>
    public static ConfidenceInterval Student(IReadOnlyList<double> values, string of = "draws") =>
        Student(values, MeasureRange.Unbounded, of);

    /// <summary>The same of a measure with a range.</summary>
    internal static ConfidenceInterval Student(IReadOnlyList<double> values, MeasureRange range, string of = "draws")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Count, 2);
        double mean = values.Average(), deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        double half = StudentT.InvCDF(0, 1, values.Count - 1, 0.975) * deviation / Math.Sqrt(values.Count);
        return Around(mean, half, $"95 %, Student's t, over {values.Count} {of}", range);
    }

    /// <summary>
    /// Of any number of the test images: value ± 1.96·s, s its standard deviation over images drawn again with replacement (Efron 1979).
    /// Not the percentiles of those draws: images that come twice raise mutual information, so that they lie above the value.
    /// </summary>
    /// <param name="value">The number for all images.</param>
    /// <param name="count">Test images, at least 1.</param>
    /// <param name="measure">Gives the number for some images, which may come more than once.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <returns>The interval.</returns>
    public static ConfidenceInterval Bootstrap(double value, int count, Func<int[], double> measure, ulong seed) =>
        Bootstrap(value, count, measure, seed, MeasureRange.Unbounded);

    /// <summary>The same of a measure with a range. Images drawn for which the measure has no value are left out.</summary>
    internal static ConfidenceInterval Bootstrap(double value, int count, Func<int[], double> measure, ulong seed, MeasureRange range)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var values = new List<double>(Resamples);
        int[] images = new int[count];
        for (int resample = 0; resample < Resamples; resample++)
        {
            var random = new RandomStream(RandomStream.Derive(seed, (ulong)resample));
            for (int i = 0; i < count; i++)
                images[i] = random.NextInt(count);
            if (measure(images) is var number && double.IsFinite(number))
                values.Add(range.Cut(number));
        }

        if (count == 1 && double.IsFinite(range.Most - range.Least))
            return new ConfidenceInterval(range.Least, range.Most, "the whole range: one test image has no spread");
        if (values.Count < 2)
            return Around(value, 0, $"none: no draw of the {count} test images has a value", range);

        double mean = values.Average(), half = Normal * Math.Sqrt(values.Sum(one => (one - mean) * (one - mean)) / (values.Count - 1));
        return Around(value, half, $"95 %, normal with the bootstrap's deviation, over {count} test images", range);
    }

    /// <summary>
    /// value ± half, cut at the ends of the measure's range: what lies beyond them is no possible value, so that nothing is lost of the 95
    /// of 100.
    /// </summary>
    internal static ConfidenceInterval Around(double value, double half, string kind, MeasureRange range) =>
        new(range.Cut(value - half), range.Cut(value + half), kind);
}
