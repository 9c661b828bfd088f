namespace Lethe.Recognition;

/// <summary>
/// How good a classifier of embeddings is, on labelled images each of which was predicted by a classifier that had not been fitted on it.
/// Strength, calibration and threshold that its prediction was made with were chosen without it, too.
/// </summary>
public sealed record CrossValidation
{
    internal CrossValidation()
    {
    }

    /// <summary>How many images were predicted.</summary>
    public required int Images { get; init; }

    /// <summary>In how many parts.</summary>
    public required int Folds { get; init; }

    /// <summary>The part of the images whose class was right.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The lower end of the interval that holds the accuracy in 95 of 100 repetitions (Wilson 1927).</summary>
    public required double Low { get; init; }

    /// <summary>Its upper end.</summary>
    public required double High { get; init; }

    /// <summary>The mean over classes of the part that was right, which small classes count in as large ones do.</summary>
    public required double MeanClassAccuracy { get; init; }

    /// <summary>How far confidences were from how often they were right, in the mean (expected calibration error, ten groups).</summary>
    public required double CalibrationError { get; init; }

    /// <summary>The part of the images that was not rejected.</summary>
    public required double Accepted { get; init; }

    /// <summary>The part of these whose class was right; null where all were rejected.</summary>
    public required double? AcceptedAccuracy { get; init; }

    /// <summary>Images by true class (row) and predicted class (column), [c, c]; rejected ones are counted too.</summary>
    public required int[,] Confusion { get; init; }

    /// <summary>The prediction of each image, in the order given; empty of a classifier that was read from a file.</summary>
    public required IReadOnlyList<Classification> Predictions { get; init; }

    internal static (double Low, double High) Wilson(int hits, int trials)
    {
        const double Normal = 1.959963984540054, Squared = Normal * Normal;
        double fraction = (double)hits / trials, centre = (fraction + (Squared / (2 * trials))) / (1 + (Squared / trials));
        double half = Normal / (1 + (Squared / trials)) * Math.Sqrt(
            (fraction * (1 - fraction) / trials) + (Squared / (4.0 * trials * trials)));
        return (hits == 0 ? 0 : Math.Max(0, centre - half), hits == trials ? 1 : Math.Min(1, centre + half));
    }
}
