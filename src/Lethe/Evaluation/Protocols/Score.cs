using Lethe.Data;
using Lethe.Diagnostics;

namespace Lethe.Evaluation.Protocols;

/// <summary>One number that was measured on test images.</summary>
/// <param name="Measure">What it is: a constant of this type.</param>
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

    /// <summary>The accuracy of predicted labels.</summary>
    internal static Score OfLabels(IReadOnlyList<int> predicted, ImageSet test)
    {
        int hits = predicted.Zip(test.Labels!, (p, label) => p == label).Count(hit => hit);
        return new Score(Accuracy, (double)hits / test.Count, ConfidenceInterval.Wilson(hits, test.Count));
    }
}
