using Lethe.Data;
using Lethe.Diagnostics;

namespace Lethe.Evaluation.Protocols;

/// <summary>One number that was measured on test images.</summary>
/// <param name="Measure">What it is, as this type names it.</param>
/// <param name="Value">The number.</param>
/// <param name="Interval">Its interval over test images.</param>
public sealed record Score(string Measure, double Value, ConfidenceInterval Interval)
{
    /// <summary>The fraction of the test images that were labelled right.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Normalised mutual information of clusters and classes: <see cref="ClusterScores.NormalisedMutualInformation"/>.</summary>
    public const string MutualInformation = "nmi";

    /// <summary>Adjusted Rand index of clusters and classes: <see cref="ClusterScores.AdjustedRandIndex"/>.</summary>
    public const string RandIndex = "ari";

    /// <summary>The mean over corruptions, and over the severities of each, of the accuracy on corrupted test images.</summary>
    public const string CorruptionAccuracy = "mean corruption accuracy";

    /// <summary>The accuracy where a shortcut goes with the class, as it did in fitting.</summary>
    public const string TiedAccuracy = "accuracy at rho";

    /// <summary>The accuracy where a shortcut says nothing.</summary>
    public const string UntiedAccuracy = "accuracy at 0";

    /// <summary>The accuracy where a shortcut goes against the class.</summary>
    public const string TurnedAccuracy = "accuracy at minus rho";

    /// <summary>What turning a shortcut around costs: <see cref="TiedAccuracy"/> less <see cref="TurnedAccuracy"/>, in [−1, 1].</summary>
    public const string Drop = "drop from rho to minus rho";

    /// <summary>The mean over severities of the accuracy on test images under one corruption.</summary>
    /// <param name="corruption">Its name.</param>
    /// <returns>The measure.</returns>
    public static string AccuracyUnder(string corruption) => $"accuracy under {corruption}";

    /// <summary>The accuracy of predicted labels.</summary>
    internal static Score OfLabels(IReadOnlyList<int> predicted, ImageSet test)
    {
        int hits = predicted.Zip(test.Labels!, (p, label) => p == label).Count(hit => hit);
        return new Score(Accuracy, (double)hits / test.Count, ConfidenceInterval.Wilson(hits, test.Count));
    }
}
