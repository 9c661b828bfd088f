using Lethe.Runtime;

namespace Lethe.Recognition;

/// <summary>How an <see cref="EmbeddingClassifier"/> is fitted and when it rejects.</summary>
public sealed record ClassifierOptions : OptionRecord, IConflicting
{
    /// <summary>Folds of the cross-validation.</summary>
    [Limit(AtLeast = 2, AtMost = 100)]
    public int Folds { get; init; } = 5;

    /// <summary>The smallest strength of regularisation tried.</summary>
    [Limit(Above = 0)]
    public double SmallestStrength { get; init; } = 1e-5;

    /// <summary>The largest strength of regularisation tried.</summary>
    [Limit(Above = 0)]
    public double LargestStrength { get; init; } = 10;

    /// <summary>How many strengths are tried, evenly spaced on a log scale.</summary>
    [Limit(AtLeast = 1, AtMost = 100)]
    public int Strengths { get; init; } = 7;

    /// <summary>
    /// Reject the least confident images until this share of the accepted ones is right, for example 0.95; measured by cross-validation.
    /// </summary>
    [Limit(Above = 0, AtMost = 1, Zero = "to reject nothing for its confidence")]
    public double TargetAccuracy { get; init; }

    /// <summary>
    /// Reject images further from every class than all but this share of the labelled images, for example 0.01; measured by
    /// cross-validation.
    /// </summary>
    [Limit(Above = 0, Below = 1, Zero = "to reject nothing for its distance")]
    public double NovelShare { get; init; }

    /// <summary>Decides which images are in which fold.</summary>
    public ulong Seed { get; init; }

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (SmallestStrength > LargestStrength)
        {
            yield return Invariant(
                $"--smallest-strength must be at most --largest-strength ({LargestStrength}), found {SmallestStrength}.");
        }
    }

    /// <summary>The strengths that are tried, largest first.</summary>
    internal double[] Grid()
    {
        double low = Math.Log(SmallestStrength), high = Math.Log(LargestStrength);
        double step = Strengths == 1 ? high - low : (high - low) / (Strengths - 1);
        return [.. Enumerable.Range(0, Strengths).Select(i => Math.Exp(low + (step * (Strengths - 1 - i))))];
    }
}
