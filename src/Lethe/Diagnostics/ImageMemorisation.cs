using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// SSLMem, how far an encoder has memorised single images: how much nearer their views lie to each other than by an encoder that was
/// trained in the same way without them.
/// </summary>
/// <remarks>
/// With f trained on image x, g not, and x′, x″ independent augmentations of x, here all pairs among V of them:
/// <code>
/// m(x) = ½ ( E‖g(x′) − g(x″)‖ − E‖f(x′) − f(x″)‖ )
/// </code>
/// Rows are L2-normalised, so a distance lies in [0, 2] and the ½ brings m into [−1, 1] for every layer, whatever its scale; positive is
/// memorised. Layers differ in how far apart any two rows lie, so means compare between runs for one layer, and between layers
/// only beside the score of images that neither encoder has seen, which is what f and g differ by anyway.
/// Source: Wang, Kaleem, Dziedzic, Backes, Papernot and Boenisch 2024, arXiv:2401.12233; there the score is scaled by its range over the
/// data set, which would make it depend on the other images.
/// </remarks>
internal static class ImageMemorisation
{
    /// <summary>The scores of images in one layer, in float64.</summary>
    /// <param name="with">Features by the encoder that was trained on the images, [V, N, d], V at least 2.</param>
    /// <param name="without">Features of the same views by the one that was not, [V, N, k]; k may differ.</param>
    /// <returns>N scores in [−1, 1].</returns>
    /// <exception cref="ArgumentException">The shapes or types cannot be used or do not belong together.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double[] Scores(Tensor with, Tensor without)
    {
        FeatureCheck.Shape(with, 3, "[views, images, dimension]", nameof(with));
        FeatureCheck.Shape(without, 3, "[views, images, dimension]", nameof(without));
        if (with.size(0) != without.size(0) || with.size(1) != without.size(1))
            throw new ArgumentException("Expected the same views of the same images from both encoders, found "
                + $"[{string.Join(", ", with.shape)}] and [{string.Join(", ", without.shape)}].", nameof(without));

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return (MeanDistance(without) - MeanDistance(with)).Over(2).cpu().data<double>().ToArray();
    }

    /// <summary>Held-out images that an image is held against where there is no encoder without it.</summary>
    public const int HeldOutNeighbours = 10;

    /// <summary>
    /// Scores of one encoder alone: how much nearer the views of an image lie to each other than those of the held-out images that are most
    /// like it.
    /// </summary>
    /// <remarks>
    /// With f trained on image x and H(x) the <see cref="HeldOutNeighbours"/> images that f was not trained on and places nearest to x, by
    /// the cosine of the means of their views:
    /// <code>
    /// h(x) = ½ ( mean over y in H(x) of E‖f(y′) − f(y″)‖ − E‖f(x′) − f(x″)‖ )
    /// </code>
    /// H(x) stands for what x would be to an encoder without it. It is not that: an image may have near views because it is plain. A
    /// held-out image has a score in the same way, by the others, so that the two kinds can be told from each other or not
    /// (<see cref="Membership"/>): where they cannot, the order of single images is chance and plainness. Ours; no source.
    /// </remarks>
    /// <param name="seen">Features of images trained on, [V, N, d], V at least 2.</param>
    /// <param name="unseen">Features of held-out ones, [V, M, d], M above <see cref="HeldOutNeighbours"/>.</param>
    /// <returns>N and M scores in [−1, 1].</returns>
    /// <exception cref="ArgumentException">The shapes or types cannot be used or do not belong together.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static (double[] Seen, double[] Unseen) HeldOut(Tensor seen, Tensor unseen)
    {
        FeatureCheck.Shape(seen, 3, "[views, images, dimension]", nameof(seen));
        FeatureCheck.Shape(unseen, 3, "[views, images, dimension]", nameof(unseen));
        if (unseen.size(1) <= HeldOutNeighbours)
            throw new ArgumentException($"Expected more than {HeldOutNeighbours} held-out images, found {unseen.size(1)}.", nameof(unseen));

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        double[] own = MeanDistance(seen).cpu().data<double>().ToArray(), others = MeanDistance(unseen).cpu().data<double>().ToArray();
        Tensor bank = Magnitude.UnitRows(unseen, ScalarType.Float32).mean([0]); // [M, d]
        Tensor queries = Magnitude.UnitRows(seen, ScalarType.Float32).mean([0]); // [N, d]
        return (
            Less(KnnProbe.Neighbours(bank, queries, HeldOutNeighbours), own),
            Less(KnnProbe.Others(bank, HeldOutNeighbours), others));

        double[] Less(NearestNeighbours near, double[] of) =>
        [
            .. of.Select((distance, i) =>
                (Enumerable.Range(0, near.Count).Average(j => others[near.Indices[i, j]]) - distance) / 2),
        ];
    }

    /// <summary>Pearson's correlation of the scores of the same images in two layers.</summary>
    /// <param name="first">Scores.</param>
    /// <param name="second">As many scores.</param>
    /// <returns>A number in [−1, 1]; null where one of them is constant.</returns>
    /// <exception cref="ArgumentException">There are not as many of both, or none.</exception>
    public static double? Correlation(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        if (first.Count != second.Count || first.Count == 0)
            throw new ArgumentException($"Expected as many scores of both layers, found {first.Count} and {second.Count}.", nameof(second));
        double meanFirst = first.Average(), meanSecond = second.Average();
        double deviations = Math.Sqrt(
            first.Sum(x => (x - meanFirst) * (x - meanFirst)) * second.Sum(y => (y - meanSecond) * (y - meanSecond)));
        return deviations > 0 ? first.Zip(second, (x, y) => (x - meanFirst) * (y - meanSecond)).Sum() / deviations : null;
    }

    private static Tensor MeanDistance(Tensor views) => stack(ViewDistance.Pairs(views)).mean([0]); // [N]
}
