using Lethe.Evaluation;

namespace Lethe.Tests.Evaluation;

public class ClusterScoresTests
{
    /// <summary>Expected values: scikit-learn 1.2.1, normalized_mutual_info_score (arithmetic) and adjusted_rand_score.</summary>
    [Fact]
    public void Scores_TwoPartitions_AreThoseOfScikitLearn()
    {
        int[] first = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3], second = [5, 5, 7, 7, 7, 7, 2, 2, 2, 5, 2, 7];
        Assert.Equal(0.505398947983089, ClusterScores.NormalisedMutualInformation(first, second), 1e-12);
        Assert.Equal(0.2657601977750309, ClusterScores.AdjustedRandIndex(first, second), 1e-12);
        first = [.. Enumerable.Range(0, 50).Select(i => i % 4)];
        second = [.. Enumerable.Range(0, 50).Select(i => i * i / 7 % 5)];
        Assert.Equal(0.09208198864983097, ClusterScores.NormalisedMutualInformation(first, second), 1e-12);
        Assert.Equal(-0.013909755265191484, ClusterScores.AdjustedRandIndex(first, second), 1e-12);
    }

    [Fact]
    public void Scores_SamePartsUnderOtherNames_AreOne()
    {
        int[] first = [0, 0, 1, 1, 2], second = [7, 7, 3, 3, 9];
        Assert.Equal(1, ClusterScores.NormalisedMutualInformation(first, second), 1e-12);
        Assert.Equal(1, ClusterScores.AdjustedRandIndex(first, second), 1e-12);
        Assert.Equal((1, 1), (ClusterScores.NormalisedMutualInformation([4, 4], [1, 1]), ClusterScores.AdjustedRandIndex([4, 4], [1, 1])));
        Assert.Equal((0, 0), (ClusterScores.NormalisedMutualInformation([0, 1], [1, 1]), ClusterScores.AdjustedRandIndex([0, 1], [1, 1])));
    }

    [Fact]
    public void Scores_OtherLengths_Say() =>
        Assert.Contains(
            "same items",
            Assert.Throws<ArgumentException>(() => ClusterScores.AdjustedRandIndex([1], [1, 2])).Message,
            StringComparison.Ordinal);
}
