namespace Lethe.Runs;

/// <summary>SSLMem of images in one layer, or their scores by held-out images.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Scores">One for each image, in [−1, 1]; positive is memorised.</param>
/// <param name="Unseen">The mean over images that no encoder was trained on; null where there are none.</param>
internal sealed record ScoredLayer(string Layer, IReadOnlyList<float> Scores, double? Unseen)
{
    /// <summary>
    /// The chance that an image trained on has a larger score than one that was not: 0.5 tells nothing. Null where there are none of those.
    /// </summary>
    public double? Auc { get; init; }

    /// <summary>How far from 0.5 that lies by chance in 19 of 20 cases; null where there is none.</summary>
    public double? AucChance { get; init; }

    /// <summary>The images with the largest scores, largest first: places in <see cref="Scores"/>.</summary>
    public IEnumerable<int> Most => Enumerable.Range(0, Scores.Count).OrderByDescending(i => Scores[i]);

    /// <summary>The images with the smallest scores, smallest first.</summary>
    public IEnumerable<int> Least => Enumerable.Range(0, Scores.Count).OrderBy(i => Scores[i]);
}
