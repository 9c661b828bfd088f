using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// How well labels can be read from features by a linear map: ridge regression of one indicator a class, the largest wins.
/// </summary>
/// <remarks>
/// Features are standardised with the mean and deviation of the rows that are fitted on; a feature that is constant there
/// takes no part. W = argmin ‖Y − XW‖²/n + λ‖W‖² with Y the centred indicators. λ is chosen on a seeded split of the training rows, the
/// test rows play no part in it; of equally good strengths the largest is taken. Then W is fitted on all training
/// rows. All strengths come from one eigendecomposition, of XᵀX or of XXᵀ, whichever is smaller. In float64.
/// </remarks>
internal static class LinearProbe
{
    /// <summary>Fits on the training rows and tests on the test rows.</summary>
    /// <param name="trainFeatures">Shape [N, d].</param>
    /// <param name="trainLabels">N labels, any integers, at least two different ones.</param>
    /// <param name="testFeatures">Shape [M, d].</param>
    /// <param name="testLabels">M labels; one that no training row has counts as wrong.</param>
    /// <param name="options">How the regularisation is chosen; null takes the defaults.</param>
    /// <returns>Accuracy and chosen strength.</returns>
    /// <exception cref="ArgumentException">Shapes or counts do not fit together.</exception>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <exception cref="DataException">Features hold NaN or infinity, or the training rows have one class only.</exception>
    public static LinearProbeResult Measure(
        Tensor trainFeatures, IReadOnlyList<int> trainLabels, Tensor testFeatures, IReadOnlyList<int> testLabels,
        LinearProbeOptions? options = null) =>
        MeasureEach(trainFeatures, trainLabels, [(testFeatures, testLabels)], options)[0];

    /// <summary>Fits on the training rows once and tests on several sets of rows.</summary>
    /// <param name="trainFeatures">Shape [N, d].</param>
    /// <param name="trainLabels">N labels, any integers, at least two different ones.</param>
    /// <param name="tests">Features of shape [M, d] with M labels each; a label that no training row has counts as wrong.</param>
    /// <param name="options">How the regularisation is chosen; null takes the defaults.</param>
    /// <returns>Accuracy on each set, with the one chosen strength.</returns>
    /// <exception cref="ArgumentException">Shapes or counts do not fit together.</exception>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <exception cref="DataException">Features hold NaN or infinity, or the training rows have one class only.</exception>
    public static IReadOnlyList<LinearProbeResult> MeasureEach(
        Tensor trainFeatures, IReadOnlyList<int> trainLabels, IReadOnlyList<(Tensor Features, IReadOnlyList<int> Labels)> tests,
        LinearProbeOptions? options = null)
    {
        options ??= new LinearProbeOptions();
        options.Validate();
        FeatureCheck.Matrix(trainFeatures, nameof(trainFeatures));
        FeatureCheck.Labels(trainFeatures, trainLabels, nameof(trainLabels));
        foreach ((Tensor testFeatures, IReadOnlyList<int> testLabels) in tests)
        {
            FeatureCheck.Matrix(testFeatures, nameof(testFeatures));
            FeatureCheck.Labels(testFeatures, testLabels, nameof(testLabels));
            if (trainFeatures.size(1) != testFeatures.size(1))
                throw new ArgumentException($"Expected test features of dimension {trainFeatures.size(1)}, as the training features, "
                    + $"found {testFeatures.size(1)}.", nameof(tests));
        }

        int[] classes = [.. trainLabels.Distinct().Order()];
        if (classes.Length < 2)
            throw new DataException($"A linear probe needs rows of at least two classes, found only class {classes[0]} in "
                + $"{trainLabels.Count} rows. Give more labelled rows.");

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor features = trainFeatures.to(ScalarType.Float64);
        Tensor indices = tensor(trainLabels.Select(l => (long)Array.BinarySearch(classes, l)).ToArray(), device: features.device); // [N]

        int rows = trainLabels.Count;
        (Tensor fitted, Tensor validation) = options.Divide(rows, leastFitted: 1, features.device);

        Ridge ridge = Ridge.Decompose(features.index_select(0, fitted), indices.index_select(0, fitted), classes.Length);
        Tensor projected = ridge.Project(features.index_select(0, validation));
        Tensor truth = indices.index_select(0, validation);
        double best = -1, chosen = 0;
        foreach (double strength in Grid(options))
        {
            using var step = NewDisposeScope();
            double accuracy = ridge.Predict(projected, strength).eq(truth).to_type(ScalarType.Float64).mean().Value();
            if (accuracy >= best)
                (best, chosen) = (accuracy, strength);
        }

        Ridge all = Ridge.Decompose(features, indices, classes.Length);
        return
        [
            .. tests.Select(test =>
            {
                long[] predicted = all.Predict(all.Project(test.Features.to(ScalarType.Float64)), chosen).cpu().data<long>().ToArray();
                bool[] hits = [.. predicted.Zip(test.Labels, (p, label) => classes[p] == label)];
                return new LinearProbeResult(
                    (double)hits.Count(hit => hit) / hits.Length, chosen, best, rows, hits.Length, classes.Length)
                {
                    Hits = Hits.Pack(hits),
                };
            }),
        ];
    }

    /// <summary>The strengths to try, in ascending order.</summary>
    internal static IEnumerable<double> Grid(LinearProbeOptions options)
    {
        double low = Math.Log(options.SmallestStrength), high = Math.Log(options.LargestStrength);
        for (int i = 0; i < options.Strengths; i++)
        {
            yield return Math.Exp(options.Strengths == 1 ? low : low + (high - low) * i / (options.Strengths - 1));
        }
    }
}
