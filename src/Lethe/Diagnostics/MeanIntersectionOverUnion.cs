namespace Lethe.Diagnostics;

/// <summary>
/// How well predicted regions cover the true ones: for each class |predicted ∩ true| / |predicted ∪ true|, pixels of all images counted
/// together.
/// </summary>
/// <param name="Classes">By class; null for a class that is neither predicted nor there.</param>
/// <param name="PixelAccuracy">Part of the pixels that are labelled right, in [0, 1].</param>
internal sealed record MeanIntersectionOverUnion(IReadOnlyList<double?> Classes, double PixelAccuracy)
{
    /// <summary>The mean over the classes that have a value, in [0, 1].</summary>
    public double Mean => Classes.Average() ?? 0;

    /// <summary>Compares masks.</summary>
    /// <param name="predicted">Classes of all pixels of all images, in any order.</param>
    /// <param name="truth">The true classes of the same pixels.</param>
    /// <param name="classes">How many classes there are, background counted.</param>
    /// <returns>The measure.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no pixel, or a pixel has a class that is none.</exception>
    public static MeanIntersectionOverUnion Measure(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth, int classes)
    {
        (long[] both, long[] predictedCounts, long[] trueCounts) = Count(predicted, truth, classes);
        return Of(both, predictedCounts, trueCounts);
    }

    /// <summary>Pixels by class: those of both, those predicted, the true ones.</summary>
    internal static (long[] Both, long[] Predicted, long[] True) Count(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth, int classes)
    {
        if (predicted.Length != truth.Length || truth.Length == 0)
            throw new ArgumentException($"Expected as many predicted as true pixels, at least one; found {predicted.Length} and "
                + $"{truth.Length}.", nameof(predicted));
        var both = new long[classes];
        var predictedCounts = new long[classes];
        var trueCounts = new long[classes];
        for (int i = 0; i < truth.Length; i++)
        {
            int guess = predicted[i], right = truth[i];
            if (guess >= classes || right >= classes)
                throw new ArgumentException($"Pixel {i} is predicted as class {guess} and is class {right}; expected classes 0 to "
                    + $"{classes - 1}.", nameof(predicted));
            predictedCounts[guess]++;
            trueCounts[right]++;
            if (guess == right)
                both[right]++;
        }

        return (both, predictedCounts, trueCounts);
    }

    /// <summary>From pixels counted by class: those of both, those predicted, the true ones.</summary>
    internal static MeanIntersectionOverUnion Of(long[] both, long[] predictedCounts, long[] trueCounts)
    {
        double?[] byClass =
            [
                .. Enumerable.Range(0, both.Length).Select(
                    c => predictedCounts[c] + trueCounts[c] is var sum and > 0 ? (double?)both[c] / (sum - both[c]) : null),
            ];
        return new MeanIntersectionOverUnion(byClass, (double)both.Sum() / trueCounts.Sum());
    }
}
