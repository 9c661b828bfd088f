using Lethe.Runtime;

namespace Lethe.Evaluation;

/// <summary>How <see cref="LogisticRegression"/> is regularised.</summary>
[OptionsOf("logistic regression")]
internal sealed record LogisticRegressionOptions : OptionRecord, IConflicting
{
    /// <summary>λ where it is not to be chosen; null chooses it.</summary>
    [Limit(Above = 0)]
    public double? Strength { get; init; }

    /// <summary>The smallest λ tried.</summary>
    [Limit(Above = 0)]
    public double SmallestStrength { get; init; } = 1e-5;

    /// <summary>The largest λ tried.</summary>
    [Limit(Above = 0)]
    public double LargestStrength { get; init; } = 10;

    /// <summary>How many strengths are tried, evenly spaced on a log scale.</summary>
    [Limit(AtLeast = 1)]
    public int Strengths { get; init; } = 7;

    /// <summary>The part of each class on which strengths are compared.</summary>
    [Limit(Above = 0, Below = 1)]
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>Decides which rows those are.</summary>
    public ulong Seed { get; init; }

    /// <summary>The strengths that are tried, smallest first.</summary>
    internal IEnumerable<double> Grid() => Enumerable.Range(0, Strengths).Select(i =>
        Strengths == 1 ? SmallestStrength : SmallestStrength * Math.Pow(LargestStrength / SmallestStrength, (double)i / (Strengths - 1)));

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (SmallestStrength > LargestStrength)
        {
            yield return Invariant(
                $"logistic regression: smallest-strength must be at most largest-strength ({LargestStrength}), found {SmallestStrength}.");
        }
    }
}
