using Lethe.Runtime;

namespace Lethe.Evaluation;

/// <summary>How <see cref="LogisticRegression"/> is regularised.</summary>
internal sealed record LogisticRegressionOptions
{
    /// <summary>λ where it is not to be chosen; null chooses it.</summary>
    public double? Strength { get; init; }

    /// <summary>The smallest λ tried.</summary>
    public double SmallestStrength { get; init; } = 1e-5;

    /// <summary>The largest λ tried.</summary>
    public double LargestStrength { get; init; } = 10;

    /// <summary>How many are tried, evenly spaced in their logarithm; at least 1.</summary>
    public int Strengths { get; init; } = 7;

    /// <summary>The part of each class on which strengths are compared, in (0, 1).</summary>
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>Decides which rows those are.</summary>
    public ulong Seed { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (Strength is { } strength && !(strength > 0 && double.IsFinite(strength)))
            throw new InvalidOptionException(Invariant($"The strength of logistic regression must be positive, found {strength}."));
        if (!(SmallestStrength > 0) || !(LargestStrength >= SmallestStrength) || !double.IsFinite(LargestStrength))
            throw new InvalidOptionException(
                Invariant($"The strengths of logistic regression must be positive and in order, found {SmallestStrength} to {LargestStrength}."));
        if (Strengths < 1)
            throw new InvalidOptionException($"Logistic regression needs at least one strength to try, found {Strengths}.");
        if (!(ValidationShare > 0 && ValidationShare < 1))
            throw new InvalidOptionException(
                Invariant($"The validation share of logistic regression must lie between 0 and 1, found {ValidationShare}."));
    }

    /// <summary>The strengths that are tried, smallest first.</summary>
    internal IEnumerable<double> Grid() => Enumerable.Range(0, Strengths).Select(i =>
        Strengths == 1 ? SmallestStrength : SmallestStrength * Math.Pow(LargestStrength / SmallestStrength, (double)i / (Strengths - 1)));
}
