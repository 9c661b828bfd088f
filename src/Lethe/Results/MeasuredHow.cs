using Lethe.Runs;

namespace Lethe.Results;

/// <summary>How numbers were measured: what must be equal for a mean of them, and for a difference.</summary>
internal static class MeasuredHow
{
    /// <summary>Whether numbers were measured in the same way.</summary>
    public static bool Alike(IEnumerable<EvaluationRecord> records) => records.Select(Of).Distinct().Count() <= 1;

    /// <summary>How a number was measured. The d of a rate counts; an accuracy compares between encoders of different widths.</summary>
    public static string Of(EvaluationRecord record)
    {
        if (record.Settings is { } said)
            return said;
        string?[] parts =
        [
            record.Rows is { } rows ? $"m = {Wording.Count(rows)}" : null,
            record.Dimension is { } dimension && !Wording.IsAccuracy(record.Measure) ? $"d = {dimension}" : null,
            record.EpsilonSquared is { } epsilonSquared ? $"ε² = {Wording.Short(epsilonSquared)}" : null,
            record.Neighbours is { } neighbours ? $"k = {neighbours}" : null,
            record.Temperature is { } temperature ? $"temperature {Wording.Short(temperature)}" : null,
        ];
        string text = Wording.Joined(", ", parts);
        return text.Length == 0 ? "" : text + ".";
    }
}
