using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// What one entrant reached in one thing that was measured: mean and spread over runs, and the interval that the one record states, or
/// that over several runs and their images, with how it was made; its ends are null where there is none.
/// </summary>
internal sealed record ResultCell(SeedMean Value, double? Low, double? High, string Interval)
{
    /// <summary>The number over runs; null where there are no records.</summary>
    public static ResultCell? Of(IReadOnlyList<EvaluationRecord> records)
    {
        if (records.Count == 0)
            return null;
        double[] values = [.. records.Select(record => record.Value)];
        MeasureRange range = MeasureRange.Of(records[0].Measure);
        if (records is [var one])
        {
            // Runs of earlier versions have intervals that nothing was cut off of.
            return new ResultCell(
                SeedMean.Of(values), one.Low is { } low ? range.Cut(low) : null, one.High is { } high ? range.Cut(high) : null,
                one.Interval ?? "");
        }

        ConfidenceInterval over = ImageHits.OfMean(records) is { } error
            ? ConfidenceInterval.Around(values.Average(), error.Reach(), $"95 %, {Wording.Made(error)}", range)
            : ConfidenceInterval.Student(values, range, "runs");
        return new ResultCell(SeedMean.Of(values), over.Low, over.High, over.Kind);
    }

    /// <summary>The number with its interval in brackets, as <c>71.3 [69.2, 73.3]</c>.</summary>
    public string Text(double factor, int decimals)
    {
        string Number(double value) => Wording.Fixed(factor * value, decimals);
        return Number(Value.Mean) + (this is { Low: { } low, High: { } high } ? $" [{Number(low)}, {Number(high)}]" : "");
    }
}
