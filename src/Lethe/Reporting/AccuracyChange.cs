using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>A difference of accuracies between two states of the encoder, and whether it can be told from chance.</summary>
/// <param name="From">Accuracy in the first state.</param>
/// <param name="To">Accuracy in the second state.</param>
/// <param name="Difference">Second minus first, paired by seed.</param>
/// <param name="Resolution">
/// What a difference must exceed: half its 95 % interval by a paired t-test over seeds; where there is none, with one seed or equal
/// differences, twice the sampling error of a difference between two accuracies on so many test images; null where neither is known.
/// </param>
internal sealed record AccuracyChange(Spread From, Spread To, Spread Difference, double? Resolution)
{
    public bool IsClear => Math.Abs(Difference.Mean) > (Resolution ?? double.PositiveInfinity);

    /// <summary>Words for a difference that is not clear.</summary>
    public string TooClose => Difference.Count > 1 ? $"too close to tell with {Difference.Count} seeds" : "too close to tell with one seed";

    /// <summary>Compares two states, or gives null where no seed has both.</summary>
    public static AccuracyChange? Of(
        IReadOnlyList<IReadOnlyList<EvaluationRecord>> seeds, string layer, string protocol, EvaluationStage from, EvaluationStage to)
    {
        List<(EvaluationRecord From, EvaluationRecord To)> pairs = [];
        foreach (IReadOnlyList<EvaluationRecord> seed in seeds)
        {
            if (Find(seed, from) is { } first && Find(seed, to) is { } second) pairs.Add((first, second));
        }

        if (pairs.Count == 0) return null;
        Spread before = Spread.Of([.. pairs.Select(pair => pair.From.Value)]);
        Spread after = Spread.Of([.. pairs.Select(pair => pair.To.Value)]);
        Spread difference = Spread.Of([.. pairs.Select(pair => pair.To.Value - pair.From.Value)]);
        double middle = (before.Mean + after.Mean) / 2;
        PairedDifference paired = PairedDifference.Of([.. pairs.Select(pair => pair.From.Value)], [.. pairs.Select(pair => pair.To.Value)]);
        double? resolution = paired.High is { } high ? high - paired.Mean
            : pairs[0].To.TestCount is { } count and > 0 ? 2 * Math.Sqrt(2 * middle * (1 - middle) / count)
            : null;
        return new AccuracyChange(before, after, difference, resolution);

        EvaluationRecord? Find(IReadOnlyList<EvaluationRecord> seed, EvaluationStage stage) =>
            seed.FirstOrDefault(record => record.Layer == layer && record.Protocol == protocol && record.Stage == stage);
    }
}
