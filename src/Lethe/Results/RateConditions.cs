using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>m, d and ε² of coding rates, which every figure of ΔR states.</summary>
internal static class RateConditions
{
    /// <summary>What the measurements over epochs were computed with; the evaluation's where a run does not say.</summary>
    public static IReadOnlyList<RateSetting> OfEpochs(ReportGroup group)
    {
        RateSetting[] recorded = [.. group.Runs.SelectMany(run => run.Manifest.RateSettings)];
        return recorded.Length > 0 ? recorded : Of(ResultTable.Of(group, null));
    }

    /// <summary>What the evaluations were computed with.</summary>
    public static IReadOnlyList<RateSetting> Of(ResultTable table) =>
    [
        .. from entrant in table.Entrants
           from seed in entrant.Seeds
           from record in seed.Records.Values
           where record is { Rows: not null, Dimension: not null, EpsilonSquared: not null }
           // That of labels has other rows.
           where record.Measure is Measure.InstanceReductionTrain or Measure.InstanceReductionHeldOut
           select new RateSetting(record.Layer, record.Rows!.Value, record.Dimension!.Value, record.EpsilonSquared!.Value),
    ];

    /// <summary>The conditions of one layer in words.</summary>
    public static string Text(IEnumerable<RateSetting> settings, string layer) =>
        settings.Where(setting => setting.Layer == layer).Distinct().ToArray() switch
        {
            [] => "m, d, ε² were not recorded",
            [var one] => $"m = {Wording.Count(one.Rows)}, d = {Wording.Count(one.Dimension)}, ε² = {Wording.Short(one.EpsilonSquared)}",
            _ => "not comparable: m, d or ε² differ",
        };

    /// <summary>The conditions of several layers in words: what they share is said once.</summary>
    public static string Text(IReadOnlyList<RateSetting> settings, IReadOnlyList<string> layers)
    {
        RateSetting[] shown = [.. settings.Where(setting => layers.Contains(setting.Layer)).Distinct()];
        return shown.Length == layers.Count && shown.All(s => s.Rows == shown[0].Rows && s.EpsilonSquared == shown[0].EpsilonSquared)
            ? $"m = {Wording.Count(shown[0].Rows)}, ε² = {Wording.Short(shown[0].EpsilonSquared)}, "
                + $"d = {string.Join(", ", layers.Select(layer => $"{shown.First(s => s.Layer == layer).Dimension} ({layer})"))}"
            : string.Join("; ", layers.Select(layer => $"{layer} {Text(settings, layer)}"));
    }
}
