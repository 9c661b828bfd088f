using Lethe.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Reporting;

/// <summary>
/// The rows that can be shown of a run's layers. What was measured on images trained on and on unseen ones has a third row, the
/// gap: the first minus the second. It is derived here and stored nowhere, like R_c = R − ΔR.
/// </summary>
internal static class LayerMeasures
{
    /// <summary>The word that asks for every row.</summary>
    public const string AllName = "all";

    private static readonly string[] suffixes = ["-train", "-held-out", "-gap", "-seen-bank"];

    /// <summary>Every row, in the order in which they are shown.</summary>
    public static IReadOnlyList<LayerMeasure> All { get; } =
    [
        .. WithGap("reduction", "ΔR", [(Measure.InstanceReductionTrain, 1)], [(Measure.InstanceReductionHeldOut, 1)]),
        .. WithGap("rate", "R", [(Measure.RateTrain, 1)], [(Measure.RateHeldOut, 1)]),
        .. WithGap(
            "conditional-rate", "R_c", [(Measure.RateTrain, 1), (Measure.InstanceReductionTrain, -1)],
            [(Measure.RateHeldOut, 1), (Measure.InstanceReductionHeldOut, -1)]),
        One("label-reduction", "label ΔR", (Measure.LabelReduction, 1)),
        One("label-rate", "label R", (Measure.LabelRate, 1)),
        One("label-conditional-rate", "label R_c", (Measure.LabelRate, 1), (Measure.LabelReduction, -1)),
        .. WithGap("linear", "linear", [(Measure.LinearAccuracyTrain, 1)], [(Measure.LinearAccuracy, 1)], fraction: true),
        new LayerMeasure("linear-seen-bank", "linear, seen bank", true, [(Measure.LinearAccuracySeenBank, 1)]),
        .. WithGap("knn", "kNN", [(Measure.KnnAccuracyTrain, 1)], [(Measure.KnnAccuracy, 1)], fraction: true),
        new LayerMeasure("knn-seen-bank", "kNN, seen bank", true, [(Measure.KnnAccuracySeenBank, 1)]),
        One("membership", "membership AUC", (Measure.MembershipAuc, 1)),
        One("spread", "spread", (Measure.Spread, 1)),
        One("rank", "rank", (Measure.EffectiveRank, 1)),
        .. FeatureMeasures.All.SelectMany(
            measure => WithGap(measure.Flag, measure.Title, [(measure.Train, 1)], [(measure.HeldOut, 1)])),
    ];

    /// <summary>The names of the rows that are shown where nothing is asked for: few enough to read.</summary>
    public static string Default { get; } = "reduction,linear-held-out,knn-held-out,spread,rank";

    /// <summary>
    /// The rows of some names with commas between: of a row, or the part of it that several share, as <c>lidar</c>, or <see
    /// cref="AllName"/>.
    /// </summary>
    /// <exception cref="InvalidOptionException">A name is unknown; the message lists those that are known.</exception>
    public static IReadOnlyList<LayerMeasure> Choose(string names)
    {
        string[] asked = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] unknown = [.. asked.Where(name => !All.Any(measure => IsAsked(measure, name)))];
        if (asked.Length == 0 || unknown.Length > 0)
        {
            static string Without(string name, string suffix) =>
                name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name;
            string[] known = [.. All.Select(measure => suffixes.Aggregate(measure.Name, Without)).Distinct()];
            throw new InvalidOptionException(
                $"--measures '{(unknown.Length > 0 ? string.Join(", ", unknown) : names)}' is unknown."
                + $"{Suggestion.Sentence(unknown.FirstOrDefault(""), [AllName, .. known])} Use {AllName}, or names with "
                + $"commas between: {string.Join(", ", known)}. "
                + "What is measured on two parts has three rows, as lidar-train, lidar-held-out and lidar-gap.");
        }

        return [.. All.Where(measure => asked.Any(name => IsAsked(measure, name)))];
    }

    private static bool IsAsked(LayerMeasure measure, string name) =>
        name == AllName || measure.Name == name || suffixes.Any(suffix => measure.Name == name + suffix);

    private static LayerMeasure One(string name, string title, params (string, int)[] terms) => new(name, title, false, terms);

    private static IEnumerable<LayerMeasure> WithGap(
        string name, string title, (string Measure, int Factor)[] train, (string Measure, int Factor)[] heldOut, bool fraction = false) =>
    [
        new LayerMeasure(name + "-train", title + " train", fraction, train),
        new LayerMeasure(name + "-held-out", title + " held out", fraction, heldOut),
        new LayerMeasure(name + "-gap", title + " gap", fraction, [.. train, .. heldOut.Select(term => (term.Measure, -term.Factor))]),
    ];
}
