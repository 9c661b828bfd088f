using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>How well continuous factors can be read from features by a linear map: ridge regression, R².</summary>
/// <remarks>
/// Features are standardised and the strength is chosen as by <see cref="LinearProbe"/>: W = argmin ‖Y − XW‖²/n + λ‖W‖², λ the one of the
/// best R² on a seeded split of the training rows (of equally good ones the largest), then fitted on all of them. Each target has its own
/// λ. In float64.
/// </remarks>
internal static class RidgeRegression
{
    /// <summary>Fits on rows, each target by itself.</summary>
    /// <param name="trainFeatures">Shape [N, d], N at least 3.</param>
    /// <param name="trainTargets">Targets, N numbers each, at least one.</param>
    /// <param name="options">How the regularisation is chosen; null takes the defaults.</param>
    /// <returns>What reads the targets from features.</returns>
    /// <exception cref="ArgumentException">Shapes or counts do not fit together.</exception>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <exception cref="DataException">Features or targets hold NaN or infinity, or a target is constant.</exception>
    public static LinearReadout Fit(
        Tensor trainFeatures, IReadOnlyList<IReadOnlyList<double>> trainTargets, LinearProbeOptions? options = null)
    {
        options ??= new LinearProbeOptions();
        options.Validate();
        FeatureCheck.Matrix(trainFeatures, nameof(trainFeatures));
        if (trainTargets.Count == 0)
            throw new ArgumentException("Expected at least one target, found none.", nameof(trainTargets));
        Check(trainFeatures, trainTargets, least: 3, nameof(trainTargets));

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor features = trainFeatures.to(ScalarType.Float64), targets = Matrix(trainTargets, features.device); // [N, t]
        int rows = (int)features.size(0);
        (Tensor fitted, Tensor validation) = options.Divide(rows, leastFitted: 2, features.device);

        Ridge part = Ridge.Fit(features.index_select(0, fitted), targets.index_select(0, fitted));
        Tensor projected = part.Project(features.index_select(0, validation)), truth = targets.index_select(0, validation);
        double[] best = [.. Enumerable.Repeat(double.NegativeInfinity, trainTargets.Count)], chosen = new double[trainTargets.Count];
        foreach (double strength in LinearProbe.Grid(options))
        {
            using var step = NewDisposeScope();

            // On few rows a target may be constant in the validation part; its errors still order the strengths.
            double[] reached = Determination.Of(part.Score(projected, strength), truth);
            for (int i = 0; i < reached.Length; i++)
            {
                if (reached[i] >= best[i])
                    (best[i], chosen[i]) = (reached[i], strength);
            }
        }

        return LinearReadout.Of(Ridge.Fit(features, targets), chosen, best);
    }

    private static Tensor Matrix(IReadOnlyList<IReadOnlyList<double>> targets, Device device) =>
        stack([.. targets.Select(target => tensor(target.ToArray(), device: device))], 1); // [N, t]

    private static void Check(Tensor features, IReadOnlyList<IReadOnlyList<double>> targets, int least, string name)
    {
        if (features.size(0) < least)
            throw new ArgumentException($"A regression needs at least {least} rows here, found {features.size(0)}.", name);
        for (int i = 0; i < targets.Count; i++)
        {
            if (targets[i].Count != features.size(0))
                throw new ArgumentException(
                    $"Expected one number of target {i} for each of {features.size(0)} rows, found {targets[i].Count}.", name);
            if (!targets[i].All(double.IsFinite))
                throw new DataException($"Target {i} of {name} holds NaN or infinity.");
            if (targets[i].All(value => value == targets[i][0]))
                throw new DataException(
                    Invariant($"Target {i} of {name} is {targets[i][0]} in all {features.size(0)} rows, so nothing can be read from it. ")
                    + "Give rows in which it varies.");
        }
    }
}
