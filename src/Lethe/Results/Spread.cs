namespace Lethe.Results;

/// <summary>Mean and standard deviation of a number over seeds.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Deviation">Standard deviation over n − 1; 0 where there is one seed, which says nothing about the spread.</param>
/// <param name="Count">Number of seeds.</param>
internal readonly record struct Spread(double Mean, double Deviation, int Count)
{
    /// <summary>Mean and standard deviation of values.</summary>
    /// <param name="values">One value for each seed, at least one.</param>
    /// <returns>The spread.</returns>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static Spread Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0) throw new ArgumentException("Expected at least one value.", nameof(values));
        double mean = values.Average();
        double deviation = values.Count == 1 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        return new Spread(mean, deviation, values.Count);
    }

    /// <summary>The spread of the values in another unit.</summary>
    public Spread Times(double factor) => new(factor * Mean, factor * Deviation, Count);
}
