using Lethe.Diagnostics;

namespace Lethe.Evaluation.Protocols;

/// <summary>One number that was measured on test images.</summary>
/// <param name="Measure">What it is, as this type names it.</param>
/// <param name="Value">The number.</param>
/// <param name="Interval">Its interval over test images.</param>
public sealed record Score(string Measure, double Value, ConfidenceInterval Interval)
{
    /// <summary>The fraction of the test images that were labelled right.</summary>
    public const string Accuracy = ProtocolMeasure.Accuracy;

    /// <summary>Normalised mutual information of clusters and classes, by the arithmetic mean of both entropies, in [0, 1].</summary>
    public const string MutualInformation = ProtocolMeasure.MutualInformation;

    /// <summary>Adjusted Rand index of clusters and classes: 1 where they agree, 0 on average where they have nothing in common.</summary>
    public const string RandIndex = ProtocolMeasure.RandIndex;

    /// <summary>The mean over corruptions, and over the severities of each, of the accuracy on corrupted test images.</summary>
    public const string CorruptionAccuracy = ProtocolMeasure.CorruptionAccuracy;

    /// <summary>The accuracy where a shortcut goes with the class, as it did in fitting.</summary>
    public const string TiedAccuracy = "accuracy at rho";

    /// <summary>The accuracy where a shortcut says nothing.</summary>
    public const string UntiedAccuracy = "accuracy at 0";

    /// <summary>The accuracy where a shortcut goes against the class.</summary>
    public const string TurnedAccuracy = "accuracy at minus rho";

    /// <summary>What turning a shortcut around costs: <see cref="TiedAccuracy"/> less <see cref="TurnedAccuracy"/>, in [−1, 1].</summary>
    public const string Drop = ProtocolMeasure.Drop;

    /// <summary>The mean over severities of the accuracy on test images under one corruption.</summary>
    /// <param name="corruption">Its name.</param>
    /// <returns>The measure.</returns>
    public static string AccuracyUnder(string corruption) => $"accuracy under {corruption}";

    /// <summary>How far normalised features move under an intervention on all but the relevant factor: a mean of ‖·‖², in [0, 4].</summary>
    public const string IrrelevantAnswer = ProtocolMeasure.IrrelevantAnswer;

    /// <summary>How far normalised features move under an intervention on the relevant factor: a mean of ‖·‖², in [0, 4].</summary>
    public const string RelevantAnswer = ProtocolMeasure.RelevantAnswer;

    /// <summary>The former divided by the latter; below 1 the relevant factor moves features more.</summary>
    public const string Sensitivity = ProtocolMeasure.Sensitivity;

    /// <summary>The former divided by the same ratio in the pixels that enter the encoder: 1 where it does what they do.</summary>
    internal const string SensitivityOverPixels = ProtocolMeasure.SensitivityOverPixels;

    /// <summary>The mean over classes of what predicted and true regions share, as a fraction of what they cover together.</summary>
    public const string MeanIntersection = ProtocolMeasure.MeanIntersection;

    /// <summary>The fraction of the pixels of all test images that were labelled right.</summary>
    public const string PixelAccuracy = ProtocolMeasure.PixelAccuracy;

    /// <summary>DSE: how good cells of feature maps are for segmentation, without labels (<see cref="DenseStructure"/>).</summary>
    internal const string Structure = ProtocolMeasure.Structure;

    /// <summary>The part of DSE that says how well cells fall into groups.</summary>
    internal const string StructureSeparation = ProtocolMeasure.StructureSeparation;

    /// <summary>The accuracy with which one factor of the images is read.</summary>
    /// <param name="factor">Its name.</param>
    /// <returns>The measure.</returns>
    public static string AccuracyOf(string factor) => $"accuracy of {factor}";

    /// <summary>R² with which one continuous factor of the images is read.</summary>
    /// <param name="factor">Its name.</param>
    /// <returns>The measure.</returns>
    public static string DeterminationOf(string factor) => $"{ProtocolMeasure.Determination} of {factor}";

    /// <summary>The accuracy on the images of one domain.</summary>
    /// <param name="domain">Its name.</param>
    /// <returns>The measure.</returns>
    public static string AccuracyOn(string domain) => $"accuracy on {domain}";

    /// <summary>Of an accuracy of labels: which test images were labelled right, as <see cref="Diagnostics.Hits"/> packs it.</summary>
    internal string? Hits { get; init; }

    /// <summary>The accuracy of predicted labels.</summary>
    internal static Score OfLabels(IReadOnlyList<int> predicted, IReadOnlyList<int> truth, string measure = Accuracy)
    {
        bool[] right = [.. predicted.Zip(truth, (p, label) => p == label)];
        int hits = right.Count(hit => hit);
        return new Score(measure, (double)hits / truth.Count, ConfidenceInterval.Wilson(hits, truth.Count))
        {
            Hits = Diagnostics.Hits.Pack(right),
        };
    }

    /// <summary>
    /// Accuracy with the shortcut aligned with the class, absent, and reversed; each number is 1 for a test image that is classified
    /// correctly and 0 otherwise. Copies of one image are correlated, so the bootstrap resamples images, not copies.
    /// </summary>
    internal static IReadOnlyList<Score> OfShortcut(double[] tied, double[] untied, double[] turned, ulong seed) =>
    [
        OfImages(TiedAccuracy, tied, seed),
        OfImages(UntiedAccuracy, untied, seed),
        OfImages(TurnedAccuracy, turned, seed),
        OfImages(Drop, [.. tied.Zip(turned, (before, after) => before - after)], seed),
    ];

    /// <summary>The mean of one number for each test image.</summary>
    internal static Score OfImages(string measure, double[] values, ulong seed) =>
        MeasureRange.Of(measure) == MeasureRange.Of(Accuracy)
            && (Array.TrueForAll(values, value => value == 0) || Array.TrueForAll(values, value => value == 1))
            ? new Score(measure, values[0], ConfidenceInterval.Wilson(values.Length * (int)values[0], values.Length)) // no draw differs
            : ByBootstrap(measure, values.Length, images => images.Average(i => values[i]), seed);

    /// <summary>Any number of the test images, with its interval.</summary>
    internal static Score ByBootstrap(string measure, int count, Func<int[], double> number, ulong seed)
    {
        MeasureRange range = MeasureRange.Of(measure);
        double value = range.Cut(number([.. Enumerable.Range(0, count)]));
        return new Score(measure, value, ConfidenceInterval.Bootstrap(value, count, number, seed, range));
    }
}
