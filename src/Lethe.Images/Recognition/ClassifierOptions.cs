using Lethe.Runtime;

namespace Lethe.Recognition;

/// <summary>How an <see cref="EmbeddingClassifier"/> is fitted and when it rejects.</summary>
public sealed record ClassifierOptions : OptionRecord, IConflicting
{
    /// <summary>Parts of the labelled images, each of which is predicted by a classifier fitted on the others.</summary>
    [Limit(AtLeast = 2, AtMost = 100)]
    public int Folds { get; init; } = 5;

    /// <summary>The smallest strength of regularisation tried.</summary>
    [Limit(Above = 0)]
    public double SmallestStrength { get; init; } = 1e-5;

    /// <summary>The largest strength of regularisation tried.</summary>
    [Limit(Above = 0)]
    public double LargestStrength { get; init; } = 10;

    /// <summary>How many are tried, evenly spaced in their logarithm.</summary>
    [Limit(AtLeast = 1, AtMost = 100)]
    public int Strengths { get; init; } = 7;

    /// <summary>
    /// Reject the least sure images, so many that this share of the accepted ones is right, as 0.95; measured by cross-validation.
    /// </summary>
    [Limit(Above = 0, AtMost = 1, Zero = "to reject nothing for its confidence")]
    public double TargetAccuracy { get; init; }

    /// <summary>
    /// Reject images that lie further from all classes than all but this share of the labelled images, as 0.01; measured by
    /// cross-validation.
    /// </summary>
    [Limit(Above = 0, Below = 1, Zero = "to reject nothing for its distance")]
    public double NovelShare { get; init; }

    /// <summary>Decides which images are in which part.</summary>
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
