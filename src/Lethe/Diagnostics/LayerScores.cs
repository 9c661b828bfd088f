namespace Lethe.Diagnostics;

/// <summary>How far one layer has memorised single images: <see cref="ImageMemorisation"/>.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Scores">One score for each image that one encoder was trained on and the other was not; at least one.</param>
/// <param name="Unseen">One score for each image that neither was trained on: what they differ by without any memorising.</param>
internal sealed record LayerScores(string Layer, IReadOnlyList<double> Scores, IReadOnlyList<double> Unseen)
{
    /// <summary>Sum over the images.</summary>
    public double Sum => Scores.Sum();

    /// <summary>Mean over the images.</summary>
    public double Mean => Scores.Average();

    /// <summary>Standard error of the mean over the images; 0 for one image.</summary>
    public double StandardError => Error(Scores);

    /// <summary>Share of the images whose score is positive, in [0, 1].</summary>
    public double PositiveShare => Scores.Count(score => score > 0) / (double)Scores.Count;

    /// <summary>Mean over the images that neither was trained on; null where there are none.</summary>
    public double? UnseenMean => Unseen.Count == 0 ? null : Unseen.Average();

    /// <summary>
    /// By how much the mean exceeds that over the images that neither was trained on: what memorising alone explains. Null where there are
    /// none of those.
    /// </summary>
    public double? Excess => Mean - UnseenMean;

    /// <summary>Standard error of <see cref="Excess"/> over the images, both encoders held fixed; null where there is none.</summary>
    public double? ExcessError => Unseen.Count == 0 ? null : Math.Sqrt(Math.Pow(Error(Scores), 2) + Math.Pow(Error(Unseen), 2));

    /// <summary>
    /// The chance that an image trained on has a larger score than one that neither was trained on: 0.5 tells nothing. Null where there are
    /// none of those.
    /// </summary>
    public double? Auc => Unseen.Count == 0 ? null : Membership.Auc([.. Scores], [.. Unseen]);

    /// <summary>How far from 0.5 that lies by chance in 19 of 20 cases; null where there is none.</summary>
    public double? AucChance => Unseen.Count == 0 ? null : Membership.Chance(Scores.Count, Unseen.Count);

    /// <summary>The images with the largest scores.</summary>
    /// <param name="count">How many.</param>
    /// <returns>Indices into <see cref="Scores"/>, the most memorised first.</returns>
    public IReadOnlyList<int> Most(int count) => [.. Enumerable.Range(0, Scores.Count).OrderByDescending(i => Scores[i]).Take(count)];

    private static double Error(IReadOnlyList<double> scores)
    {
        double mean = scores.Average();
        return scores.Count == 1 ? 0 : Math.Sqrt(scores.Sum(score => (score - mean) * (score - mean)) / (scores.Count - 1) / scores.Count);
    }
}
