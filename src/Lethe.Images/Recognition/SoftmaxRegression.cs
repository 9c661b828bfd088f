using Lethe.Numerics;

namespace Lethe.Recognition;

/// <summary>
/// Multinomial logistic regression: W, b = argmin (1/n) Σ −log softmax(W xᵢ + b)_{yᵢ} + λ/2 ‖W‖², by <see cref="Lbfgs"/>. scikit-learn's C
/// is 1/(λn).
/// </summary>
/// <remarks>
/// The fit runs in coordinates in which the curvature at W = 0 is 1 everywhere: V = W·L with L·Lᵀ = XᵀX/(nc) + λI. Correlated features
/// would otherwise cost L-BFGS hundreds of steps.
/// </remarks>
internal sealed class SoftmaxRegression
{
    private readonly RowSpace space;
    private readonly int[] truth;
    private readonly int classes;
    private readonly DenseMatrix second; // XᵀX/(nc), [r, r]

    /// <param name="rows">Scaled features, [n, d], of mean 0.</param>
    /// <param name="truth">n classes from 0.</param>
    /// <param name="classes">How many classes there are; one that no row has gets no score worth having.</param>
    public SoftmaxRegression(DenseMatrix rows, int[] truth, int classes)
    {
        space = RowSpace.Of(rows);
        (this.truth, this.classes) = (truth, classes);
        second = space.Coordinates.TransposedTimes(space.Coordinates);
        for (int i = 0; i < second.Values.Length; i++)
            second.Values[i] /= (double)truth.Length * classes;
    }

    private int Rank => space.Coordinates.Columns;

    /// <summary>Fits with one strength.</summary>
    /// <param name="strength">λ.</param>
    /// <param name="start">What was fitted with another strength, to begin with.</param>
    /// <param name="coarse">Whether it will do to tell which strength is better.</param>
    /// <returns>The weights, [c, r] in coordinates of their own, and b.</returns>
    public (DenseMatrix Weights, double[] Bias) Fit(double strength, (DenseMatrix Weights, double[] Bias)? start, bool coarse)
    {
        DenseMatrix L = Metric(strength), turned = L.Transposed();
        int length = classes * Rank;
        double[] point = new double[length + classes], curvature = new double[length + classes];
        Array.Fill(curvature, 1, 0, length);
        Array.Fill(curvature, 1.0 / classes, length, classes);
        if (start is ({ } weights, { } bias))
        {
            weights.TimesTransposed(turned).Values.CopyTo(point, 0); // V = W·L
            bias.CopyTo(point, length);
        }

        double[] best = Lbfgs.Minimise(
            point, Evaluate, curvature, gradientTolerance: coarse ? 1e-4 : 1e-7, progressTolerance: coarse ? 1e-5 : 1e-10).Point;
        return (Solved(best), best[length..]);

        // W of V = W·L, by back substitution: the last coordinate first.
        DenseMatrix Solved(double[] of)
        {
            var W = new DenseMatrix(classes, Rank, of[..length]);
            for (int k = 0; k < classes; k++)
            {
                Span<double> row = W.Row(k);
                for (int j = Rank - 1; j >= 0; j--)
                {
                    ReadOnlySpan<double> lower = L.Row(j);
                    row[j] /= lower[j];
                    DenseMatrix.AddTo(row[..j], lower[..j], -row[j]);
                }
            }

            return W;
        }

        double Evaluate(double[] at, double[] gradient)
        {
            DenseMatrix W = Solved(at), scores = space.Coordinates.TimesTransposed(W); // [n, c]
            double loss = 0;
            Array.Clear(gradient);
            for (int i = 0; i < truth.Length; i++)
            {
                Span<double> row = scores.Row(i);
                for (int k = 0; k < classes; k++)
                    row[k] += at[length + k];
                loss -= LogSoftmax(row)[truth[i]];
                for (int k = 0; k < classes; k++)
                {
                    row[k] = (Math.Exp(row[k]) - (k == truth[i] ? 1 : 0)) / truth.Length;
                    gradient[length + k] += row[k];
                }
            }

            double squares = DenseMatrix.Dot(W.Values, W.Values);
            DenseMatrix slope = scores.TransposedTimes(space.Coordinates); // [c, r]
            DenseMatrix.AddTo(slope.Values, W.Values, strength);

            // dV = dW·L⁻ᵀ, by forward substitution.
            for (int k = 0; k < classes; k++)
            {
                Span<double> row = slope.Row(k);
                for (int j = 0; j < Rank; j++)
                    row[j] = (row[j] - DenseMatrix.Dot(row[..j], L.Row(j)[..j])) / L.Row(j)[j];
                row.CopyTo(gradient.AsSpan(k * Rank));
            }

            return (loss / truth.Length) + (strength / 2 * squares);
        }
    }

    /// <summary>Weights of scaled features, from what was fitted.</summary>
    /// <param name="weights">[c, r].</param>
    /// <returns>[c, d].</returns>
    public DenseMatrix Widen(DenseMatrix weights) => space.Widen(weights);

    /// <summary>log softmax, in place.</summary>
    /// <param name="scores">Scores of all classes.</param>
    /// <returns>The same memory.</returns>
    public static Span<double> LogSoftmax(Span<double> scores)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double score in scores)
            largest = Math.Max(largest, score);
        foreach (double score in scores)
            sum += Math.Exp(score - largest);
        double logarithm = largest + Math.Log(sum);
        for (int k = 0; k < scores.Length; k++)
            scores[k] -= logarithm;
        return scores;
    }

    private DenseMatrix Metric(double strength)
    {
        var metric = new DenseMatrix(Rank, Rank, [.. second.Values]);
        for (int j = 0; j < Rank; j++)
            metric.Row(j)[j] += strength;
        return metric.Cholesky();
    }
}
