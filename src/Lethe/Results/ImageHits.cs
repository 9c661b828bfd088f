using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>What is known of the error of a mean, and of a mean difference, where records say which images were labelled right.</summary>
internal static class ImageHits
{
    // The value is the share of hits, but for rounding; over several draws of images it is not.
    private const double Rounding = 1e-9;

    /// <summary>The error of the mean of accuracies, one for each seed; null where hits are missing or nothing varies.</summary>
    public static MeanError? OfMean(IReadOnlyList<EvaluationRecord> records) =>
        Of(records) is { } hits && records.All(record => record.TestImages is not null) ? OfImages(hits, records) : null;

    /// <summary>The error of the mean difference of pairs, of one seed each; null where hits are missing or nothing varies.</summary>
    public static MeanError? OfDifference(IReadOnlyList<EvaluationRecord> from, IReadOnlyList<EvaluationRecord> to)
    {
        bool sameWithin = from.Zip(to).All(pair => pair.First.TestImages is { } images && images == pair.Second.TestImages);
        if (!sameWithin || Of(from) is not { } first || Of(to) is not { } second
            || first.Zip(second).Any(pair => pair.First.Length != pair.Second.Length))
        {
            return null;
        }

        double[][] differences = [.. second.Zip(first, (after, before) => after.Zip(before, (a, b) => a - b).ToArray())];
        return OfImages(differences, to);
    }

    private static MeanError? OfImages(double[][] values, IReadOnlyList<EvaluationRecord> records) => MeanError.OfImages(
        values,
        isShared: values.DistinctBy(images => images.Length).Count() == 1 && records.DistinctBy(record => record.TestImages).Count() == 1);

    private static double[][]? Of(IReadOnlyList<EvaluationRecord> records)
    {
        double[]?[] hits = [.. records.Select(Of)];
        return hits.Any(images => images is null) ? null : [.. hits.Select(images => images!)];
    }

    private static double[]? Of(EvaluationRecord record)
    {
        if (record.Hits is not { } packed)
            return null;
        double[] hits = [.. Hits.Unpack(packed).Select(hit => hit ? 1.0 : 0)];
        return hits.Length > 1 && Math.Abs(hits.Average() - record.Value) < Rounding ? hits : null;
    }
}
