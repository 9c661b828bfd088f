namespace Lethe.Recognition;

/// <summary>
/// How sharp scores must be made for their softmax to be true of images that were not fitted on: softmax(β · scores), β found by the
/// least loss (temperature scaling with T = 1/β, Guo et al. 2017, 1706.04599).
/// </summary>
/// <remarks>
/// Where all predictions are right, no β would be sharp enough. As Platt (1999) has it, the truth therefore gets (n + 1)/(n + 2) in place
/// of 1, and the other classes share the rest: of ten images nobody learns to be surer than eleven of twelve.
/// </remarks>
internal static class Calibration
{
    private const double Dullest = 0.01, Sharpest = 100;

    /// <summary>Finds β and the loss with it.</summary>
    /// <param name="scores">Scores of images that were not fitted on, [n, c].</param>
    /// <param name="truth">Their classes.</param>
    /// <param name="rows">Which of them to look at, at least one.</param>
    /// <returns>β, and the mean loss in nats.</returns>
    public static (double Sharpness, double Loss) Fit(DenseMatrix scores, int[] truth, IReadOnlyList<int> rows)
    {
        // The loss is convex in β: its slope is looked for a zero of, by halving, in the logarithm.
        double low = Math.Log(Dullest), high = Math.Log(Sharpest);
        for (int step = 0; step < 30; step++)
        {
            double middle = (low + high) / 2;
            if (Measure(scores, truth, rows, Math.Exp(middle)).Slope > 0)
                high = middle;
            else
                low = middle;
        }

        double sharpness = Math.Exp((low + high) / 2);
        return (sharpness, Measure(scores, truth, rows, sharpness).Loss);
    }

    /// <summary>
    /// How far confidences are from how often they are right, in the mean over all images, gathered in ten groups of like confidence
    /// (expected calibration error).
    /// </summary>
    public static double Error(IReadOnlyList<double> confidences, IReadOnlyList<bool> right)
    {
        const int Groups = 10;
        double[] gap = new double[Groups];
        for (int i = 0; i < confidences.Count; i++)
            gap[Math.Min(Groups - 1, (int)(confidences[i] * Groups))] += confidences[i] - (right[i] ? 1 : 0);
        return gap.Sum(Math.Abs) / confidences.Count;
    }

    private static (double Loss, double Slope) Measure(DenseMatrix scores, int[] truth, IReadOnlyList<int> rows, double sharpness)
    {
        int classes = scores.Columns;
        double other = 1 / ((rows.Count + 2.0) * (classes - 1)), own = (rows.Count + 1) / (rows.Count + 2.0);
        double loss = 0, slope = 0;
        double[] logarithms = new double[classes];
        foreach (int row in rows)
        {
            ReadOnlySpan<double> given = scores.Row(row);
            for (int k = 0; k < classes; k++)
                logarithms[k] = sharpness * given[k];
            SoftmaxRegression.LogSoftmax(logarithms);
            for (int k = 0; k < classes; k++)
            {
                double target = k == truth[row] ? own : other;
                loss -= target * logarithms[k];
                slope += (Math.Exp(logarithms[k]) - target) * given[k];
            }
        }

        return (loss / rows.Count, slope / rows.Count);
    }
}
