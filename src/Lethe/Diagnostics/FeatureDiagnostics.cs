using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>Measures features that come from anywhere.</summary>
public static class FeatureDiagnostics
{
    /// <summary>The label of a row that has none.</summary>
    private const int NoLabel = -1;

    /// <summary>Coding rates of the partitions that there are, and everything else that the views allow.</summary>
    /// <param name="features">
    /// Shape [rows, d], stacked by view: the first N rows are the first views of the N images, the next N their second views in the
    /// same order; or shape [V, N, d].
    /// </param>
    /// <param name="labels">One label an image (N) or a row (V·N), any integers, of which −1 means none; or null.</param>
    /// <param name="views">V, at least 1; for shape [V, N, d] either V or 1.</param>
    /// <param name="epsilonSquared">ε², positive.</param>
    /// <returns>The measures, computed in float64.</returns>
    /// <exception cref="InvalidOptionException">ε² or the number of views cannot be used.</exception>
    /// <exception cref="DataException">Features or labels have shapes that do not fit together, or hold NaN or infinity.</exception>
    public static FeatureReport Measure(Tensor features, int[]? labels, int views, double epsilonSquared)
    {
        ArgumentNullException.ThrowIfNull(features);
        FeatureCheck.EpsilonSquared(epsilonSquared);
        if (views < 1)
            throw new InvalidOptionException($"The number of views must be at least 1, found {views}.");
        if (features.dim() is not (2 or 3) || features.numel() == 0 || !features.is_floating_point())
            throw new DataException("Expected features of shape [rows, dimension] or [views, images, dimension] in floating point, found "
                + $"{features.dtype} of shape [{string.Join(", ", features.shape)}].");

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (features.dim() == 3)
        {
            if (views != 1 && views != features.size(0))
                throw new InvalidOptionException($"The features have shape [{string.Join(", ", features.shape)}], which is "
                    + $"{features.size(0)} views, but {views} were asked for. Leave the number of views out.");
            views = (int)features.size(0);
        }

        Tensor rows = features.reshape(-1, features.size(-1)).to(ScalarType.Float64); // [V·N, d]
        int rowCount = (int)rows.size(0), dimension = (int)rows.size(1), images = rowCount / views;
        if (images * views != rowCount)
            throw new DataException($"Expected a number of rows that {views} views divide, found {rowCount} rows. Stack the features by "
                + "view, or give the right number of views.");
        if (labels is not null && labels.Length != images && labels.Length != rowCount)
            throw new DataException(
                $"Expected {images} labels, one an image{(views > 1 ? $", or {rowCount}, one a row" : "")}, found {labels.Length}.");
        FeatureCheck.Finite(rows, "the features");

        CodingRateReduction? instance = views > 1 ? CodingRate
            .MeasureInstances(rows.reshape(views, images, dimension), epsilonSquared) : null;
        int[] rowLabels = labels is null ? [] : labels.Length == rowCount ? labels
            : [.. Enumerable.Repeat(labels, views).SelectMany(l => l)];
        long[] labelled = [.. Enumerable.Range(0, rowLabels.Length).Where(row => rowLabels[row] != NoLabel).Select(row => (long)row)];
        CodingRateReduction? label = labelled.Length == 0 ? null : labelled.Length == rowCount
            ? CodingRate.MeasureLabels(rows, rowLabels, epsilonSquared)
            : CodingRate.MeasureLabels(
                rows.index_select(0, tensor(labelled, device: rows.device)), [.. labelled.Select(row => rowLabels[row])], epsilonSquared);
        double rate = (instance ?? (label?.Rows == rowCount ? label : null))?.Rate ?? CodingRate.Rate(rows, epsilonSquared).Value();
        return new FeatureReport
        {
            Rows = rowCount,
            Dimension = dimension,
            Views = views,
            EpsilonSquared = epsilonSquared,
            Rate = rate,
            Instance = instance,
            Label = label,
            Unlabelled = rowCount - labelled.Length,
            NormalisedDeviation = EffectiveRank.NormalisedDeviation(rows),
            Measures = FeatureMeasures.Of(rows.reshape(views, images, dimension))
                .ToDictionary(one => one.Key.Name, one => one.Value),
        };
    }
}
