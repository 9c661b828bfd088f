using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// What a linear probe is worth where the confounding that it was trained under is gone or turned around: trained on images whose S_ur
/// correlates with the class by one ρ, tested at others.
/// </summary>
/// <param name="TrainRho">ρ of the training rows.</param>
/// <param name="Accuracies">For each tested ρ, the accuracy, in [0, 1].</param>
public sealed record ConfoundedProbe(double TrainRho, IReadOnlyList<(double Rho, LinearProbeResult Result)> Accuracies)
{
    /// <summary>Fits one probe and tests it at several strengths of confounding.</summary>
    /// <param name="trainRho">ρ of the training rows, only kept.</param>
    /// <param name="trainFeatures">Shape [N, d].</param>
    /// <param name="trainLabels">N classes, at least two different ones.</param>
    /// <param name="tests">For each ρ, features [M, d] with M classes.</param>
    /// <param name="options">How the regularisation is chosen (on rows of the training ρ); null takes the defaults.</param>
    /// <returns>The accuracies, in the order of <paramref name="tests"/>.</returns>
    /// <exception cref="ArgumentException">Shapes or counts do not fit together, or there is no test.</exception>
    /// <exception cref="DataException">Features hold NaN or infinity, or the training rows have one class only.</exception>
    public static ConfoundedProbe Measure(
        double trainRho,
        Tensor trainFeatures,
        IReadOnlyList<int> trainLabels,
        IReadOnlyList<(double Rho, Tensor Features, IReadOnlyList<int> Labels)> tests,
        LinearProbeOptions? options = null)
    {
        if (tests.Count == 0)
            throw new ArgumentException("Expected rows of at least one rho to test on, found none.", nameof(tests));
        IReadOnlyList<LinearProbeResult> results = LinearProbe.MeasureEach(trainFeatures, trainLabels, [.. tests.Select(test => (test.Features, test.Labels))], options);
        return new ConfoundedProbe(trainRho, [.. tests.Zip(results, (test, result) => (test.Rho, result))]);
    }
}
