using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>R², the coefficient of determination: 1 − Σ(y − ŷ)² / Σ(y − ȳ)². 1 is exact, 0 no better than the mean.</summary>
internal static class Determination
{
    // Where y is constant, errors still order predictions.
    private const double LeastTotal = 1e-300;

    /// <summary>R² of each of several targets.</summary>
    /// <param name="predicted">ŷ, [M, t] in float64.</param>
    /// <param name="truth">y, [M, t] in float64.</param>
    /// <returns>t numbers.</returns>
    public static double[] Of(Tensor predicted, Tensor truth)
    {
        Tensor error = (predicted - truth).Squared().sum([0]), total = (truth - truth.mean([0])).Squared().sum([0]); // [t]
        return (-error / total.AtLeast(LeastTotal)).Plus(1).cpu().data<double>().ToArray();
    }

    /// <summary>R² on some of the rows, which may be there several times, as in a bootstrap.</summary>
    /// <param name="predicted">ŷ, M numbers.</param>
    /// <param name="truth">y, M numbers.</param>
    /// <param name="chosen">Indices of the rows, at least one.</param>
    /// <returns>The number; NaN where y is the same on all of them, which has no R².</returns>
    public static double Of(IReadOnlyList<double> predicted, IReadOnlyList<double> truth, int[] chosen)
    {
        double mean = chosen.Average(i => truth[i]);
        double error = chosen.Sum(i => (truth[i] - predicted[i]) * (truth[i] - predicted[i])),
            total = chosen.Sum(i => (truth[i] - mean) * (truth[i] - mean));
        return total > 0 ? 1 - (error / total) : double.NaN;
    }
}
