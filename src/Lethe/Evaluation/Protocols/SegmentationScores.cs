using Lethe.Diagnostics;

namespace Lethe.Evaluation.Protocols;

/// <summary>Counts labelled pixels, scene by scene, and sums them up.</summary>
/// <param name="classes">Classes of pixels, background counted.</param>
internal sealed class SegmentationScores(int classes)
{
    private readonly List<(long[] Both, long[] Predicted, long[] True)> counts = [];

    /// <summary>How many scenes were counted.</summary>
    public int Count => counts.Count;

    /// <summary>Counts a scene.</summary>
    /// <param name="predicted">The class of each of its pixels as predicted.</param>
    /// <param name="truth">The true ones.</param>
    public void Add(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth) =>
        counts.Add(MeanIntersectionOverUnion.Count(predicted, truth, classes));

    /// <summary>Mean IoU and pixel accuracy of all scenes together.</summary>
    /// <param name="seed">Decides the draws of scenes for the intervals.</param>
    public IReadOnlyList<Score> Of(ulong seed)
    {
        return [By(Score.MeanIntersection, found => found.Mean), By(Score.PixelAccuracy, found => found.PixelAccuracy)];

        Score By(string measure, Func<MeanIntersectionOverUnion, double> number) =>
            Score.ByBootstrap(measure, counts.Count, chosen => number(Together(chosen)), seed);
    }

    private MeanIntersectionOverUnion Together(int[] chosen)
    {
        return MeanIntersectionOverUnion.Of(Sum(count => count.Both), Sum(count => count.Predicted), Sum(count => count.True));

        long[] Sum(Func<(long[] Both, long[] Predicted, long[] True), long[]> part) =>
            [.. Enumerable.Range(0, classes).Select(c => chosen.Sum(i => part(counts[i])[c]))];
    }
}
