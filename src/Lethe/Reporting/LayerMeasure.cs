using System.Globalization;
using Lethe.Diagnostics;

namespace Lethe.Reporting;

/// <summary>One row of what is shown of a run's layers: a measurement, or a sum and difference of several.</summary>
/// <param name="Name">How it is asked for.</param>
/// <param name="Title">How it is shown.</param>
/// <param name="IsFraction">Whether it is a share that is shown in percent.</param>
/// <param name="Terms">Names of <see cref="Diagnostics.Measure"/>, each with the factor that it enters with.</param>
internal sealed record LayerMeasure(string Name, string Title, bool IsFraction, IReadOnlyList<(string Measure, int Factor)> Terms)
{
    /// <summary>The value where one layer was measured at one epoch; null where a term was not measured.</summary>
    public double? Of(IReadOnlyDictionary<string, double> values) =>
        Terms.All(term => values.ContainsKey(term.Measure)) ? Terms.Sum(term => term.Factor * values[term.Measure]) : null;

    /// <summary>Why a layer may have no value where others have one, as the end of a sentence.</summary>
    public string Lacks => Terms[0].Measure switch
    {
        Measure.LinearAccuracy or Measure.LinearAccuracyTrain or Measure.KnnAccuracy
            or Measure.KnnAccuracyTrain or Measure.LinearAccuracySeenBank
            or Measure.KnnAccuracySeenBank or Measure.LabelReduction or Measure.LabelRate =>
            "it takes labels of two classes",
        var name => FeatureMeasures.All.FirstOrDefault(measure => name == measure.Train || name == measure.HeldOut)?.Lacks
            ?? "it was not measured there",
    };

    /// <summary>What "–" stands for where these have no value; nothing where all have.</summary>
    public static IEnumerable<string> AboutNothing(IEnumerable<LayerMeasure> without) =>
        without.Distinct().GroupBy(measure => measure.Lacks).Select(
            same => $"– of {string.Join(", ", same.Select(measure => measure.Title))}: {same.Key}.");

    /// <summary>The value in words: percent with one decimal, or a number with two.</summary>
    public string Format(double value) => value.ToString(IsFraction ? "P1" : "F2", CultureInfo.InvariantCulture);
}
