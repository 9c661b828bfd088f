namespace Lethe.Results;

/// <summary>Mean of a number over seeds and standard deviation over n − 1, which is 0 and says nothing where there is one seed.</summary>
internal readonly record struct SeedMean(double Mean, double Deviation, int Count)
{
    /// <summary>Mean and standard deviation of values, one for each seed, at least one.</summary>
    public static SeedMean Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0) throw new ArgumentException("Expected at least one value.", nameof(values));
        double mean = values.Average();
        double deviation = values.Count == 1 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        return new SeedMean(mean, deviation, values.Count);
    }

    /// <summary>A deviation below the mean, and one above it.</summary>
    public double[] Ends() => [Mean - Deviation, Mean + Deviation];

    /// <summary>The spread of the values in another unit.</summary>
    public SeedMean Times(double factor) => new(factor * Mean, factor * Deviation, Count);
}
