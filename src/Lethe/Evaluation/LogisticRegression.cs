using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// Multinomial logistic regression on standardised features: W, b = argmin (1/n) Σ −log softmax(xᵢW + b)_{yᵢ} + λ/2 ‖W‖², by
/// <see cref="Lbfgs"/>. scikit-learn's C is 1/(λn).
/// </summary>
/// <remarks>
/// <para>
/// Features are standardised with mean and deviation of the rows that are fitted on; a feature that is constant there takes no part.
/// λ is chosen on a seeded validation part of the training rows, drawn class by class: the strength of the highest accuracy, of
/// equally good ones the largest. They are tried from the largest down, until two in turn are worse than the best. Then all training rows
/// are fitted with it. The test rows are seen by nothing of this.
/// </para>
/// <para>
/// The fit runs in the coordinates of the eigenvectors of XᵀX (or XXᵀ, whichever is smaller), in which the penalty is the same and
/// the curvature at W = 0 is λⱼ/(nc) + λ on the diagonal: with that, L-BFGS needs some ten steps where correlated features would
/// cost it hundreds. One decomposition, of all training rows, serves the choice and the last fit; each strength starts where the
/// stronger one before it ended, and is left as soon as accuracy can be told. Float64 where the features are, else float32.
/// </para>
/// </remarks>
internal static class LogisticRegression
{
    /// <summary>Fits, choosing the strength unless the options state one.</summary>
    /// <param name="features">[n, d], finite.</param>
    /// <param name="labels">n labels, any integers, of at least two classes with at least two rows each.</param>
    /// <param name="options">Strengths and validation part; null takes the defaults.</param>
    /// <param name="cancellation">Stops between two strengths.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    /// <exception cref="DataException">Features hold NaN, there is one class only, or a class has too few rows.</exception>
    public static LinearClassifier Fit(
        Tensor features, IReadOnlyList<int> labels, LogisticRegressionOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new LogisticRegressionOptions();
        options.Validate();
        FeatureCheck.Matrix(features, nameof(features));
        FeatureCheck.Labels(features, labels, nameof(labels));
        int[] classes = [.. labels.Distinct().Order()];
        if (classes.Length < 2)
            throw new DataException($"Logistic regression needs rows of at least two classes, found only class {classes[0]} in "
                + $"{labels.Count} rows. Give more labelled rows.");
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor X = features.detach().cpu();
        if (X.dtype != ScalarType.Float64)
            X = X.to(ScalarType.Float32);
        long[] truth = [.. labels.Select(label => (long)Array.BinarySearch(classes, label))];
        var problem = new Problem(X, truth, classes);
        if (options.Strength is { } stated)
            return problem.Classifier(problem.Fit(stated, null), stated);
        (double strength, LinearClassifier start) = Choose(X, truth, classes, problem, options, cancellation);
        return problem.Classifier(problem.Fit(strength, problem.From(start)), strength);
    }

    private static (double Strength, LinearClassifier Start) Choose(
        Tensor X, long[] truth, int[] classes, Problem whole, LogisticRegressionOptions options, CancellationToken cancellation)
    {
        (long[] fitted, long[] validation) = Divide(truth, classes, options);
        using var scope = NewDisposeScope();
        var problem = new Problem(X.index_select(0, tensor(fitted)), [.. fitted.Select(row => truth[row])], classes, whole.Basis);
        Tensor held = problem.Project(X.index_select(0, tensor(validation))),
            heldTruth = tensor(validation.Select(row => truth[row]).ToArray());
        double[]? point = null;
        int worse = 0;
        (double Accuracy, double Strength, double[] Point) best = (-1, 0, []);
        foreach (double strength in options.Grid().OrderDescending())
        {
            cancellation.ThrowIfCancellationRequested();
            point = problem.Fit(strength, point, coarse: true);
            using var step = NewDisposeScope();
            double accuracy = problem.Scores(held, point).argmax(1).eq(heldTruth).to_type(ScalarType.Float64).mean().Value();
            if (accuracy > best.Accuracy)
                best = (accuracy, strength, point);
            worse = accuracy < best.Accuracy ? worse + 1 : 0;
            if (worse == 2)
                break;
        }

        return (best.Strength, problem.Classifier(best.Point, best.Strength));
    }

    private static (long[] Fitted, long[] Validation) Divide(long[] truth, int[] classes, LogisticRegressionOptions options)
    {
        var validation = new List<long>();
        for (int c = 0; c < classes.Length; c++)
        {
            long[] rows = [.. Enumerable.Range(0, truth.Length).Where(i => truth[i] == c).Select(i => (long)i)];
            if (rows.Length < 2)
                throw new DataException($"Class {classes[c]} has {rows.Length} row; choosing the strength on a validation part needs at "
                    + "least two rows of each class. Give more labelled rows.");
            new RandomStream(RandomStream.Derive(options.Seed, (ulong)c)).Shuffle<long>(rows);
            validation.AddRange(rows[..Math.Clamp((int)Math.Round(rows.Length * options.ValidationShare), 1, rows.Length - 1)]);
        }

        validation.Sort();
        return ([.. Enumerable.Range(0, truth.Length).Select(i => (long)i).Except(validation)], [.. validation]);
    }

    /// <summary>Rows in the coordinates of the eigenvectors, with a column of ones for the bias.</summary>
    private sealed class Problem
    {
        private readonly int[] classes;
        private readonly Standardisation standard;
        private readonly Tensor rotated; // [n, r + 1]
        private readonly Tensor indicators; // [n, c]
        private readonly double[] spread; // mean square by coordinate: r eigenvalues of XᵀX/n, then the 1 of the column of ones
        private readonly long rows;
        private readonly ScalarType type;

        public Problem(Tensor features, long[] truth, int[] classes, Tensor? basis = null)
        {
            this.classes = classes;
            rows = features.size(0);
            type = features.dtype;
            standard = Standardisation.Of(features);
            Tensor X = standard.Apply(features); // [n, d]
            Basis = basis ?? Decompose(X);
            rotated = cat([X.matmul(Basis), ones(rows, 1, dtype: type)], 1);
            indicators = nn.functional.one_hot(tensor(truth), classes.Length).to(type);
            spread = rotated.Squared().mean([0]).to(ScalarType.Float64).data<double>().ToArray();
        }

        public Tensor Basis { get; } // [d, r]

        public Tensor Project(Tensor features) => standard.Apply(features).matmul(Basis); // [m, r]

        public Tensor Scores(Tensor projected, double[] point)
        {
            Tensor W = Matrix(point);
            return projected.matmul(W.narrow(0, 0, W.size(0) - 1)).Plus(W[-1]); // [m, c]
        }

        public double[] Fit(double strength, double[]? start, bool coarse = false)
        {
            int c = classes.Length, length = spread.Length * c, penalised = length - c;
            double[] curvature = new double[length];
            for (int i = 0; i < length; i++)
                curvature[i] = (spread[i / c] / c) + (i < penalised ? strength : 0);
            return Lbfgs.Minimise(
                start ?? new double[length],
                Evaluate,
                curvature,
                gradientTolerance: coarse ? 1e-3 : type == ScalarType.Float64 ? 1e-10 : 1e-5,
                progressTolerance: coarse ? 1e-4 : type == ScalarType.Float64 ? 1e-15 : 1e-6).Point;

            double Evaluate(double[] point, double[] gradient)
            {
                using var scope = NewDisposeScope();
                Tensor logarithms = rotated.matmul(Matrix(point)).log_softmax(1); // [n, c]
                double value = -(logarithms * indicators).sum(ScalarType.Float64).Value() / rows;
                Tensor slopes = rotated.t().matmul(logarithms.exp_().sub_(indicators)).Over_(rows); // [r + 1, c]
                slopes.to(ScalarType.Float64).data<double>().CopyTo(gradient);
                for (int i = 0; i < penalised; i++)
                {
                    value += strength / 2 * point[i] * point[i];
                    gradient[i] += strength * point[i];
                }

                return value;
            }
        }

        /// <summary>The point of a classifier that was fitted on other rows of the same features; null for none.</summary>
        public double[]? From(LinearClassifier? other)
        {
            if (other is null)
                return null;
            using var scope = NewDisposeScope();
            // of features as they are
            Tensor W = (tensor(other.Weights).reshape(other.Mean.Length, -1) * tensor(other.Scale).unsqueeze(1)).to(type);
            Tensor b = (tensor(other.Bias).to(type) - tensor(other.Mean).to(type).matmul(W)).Plus(standard.Mean.matmul(W));
            Tensor scale = standard.Scale, deviation = where(scale.to(ScalarType.Bool), scale.reciprocal(), zeros_like(scale)); // [d]
            Tensor standardised = W * deviation.unsqueeze(1);
            double[] start =
                cat([Basis.t().matmul(standardised), b.unsqueeze(0)]).to(ScalarType.Float64).reshape(-1).data<double>().ToArray();
            return start.All(double.IsFinite) ? start : null;
        }

        public LinearClassifier Classifier(double[] point, double strength)
        {
            using var scope = NewDisposeScope();
            Tensor W = Matrix(point);
            return LinearClassifier.Of(classes, standard, Basis.matmul(W.narrow(0, 0, W.size(0) - 1)), W[-1], strength);
        }

        // The eigenvectors of XᵀX that belong to an eigenvalue, from the smaller of XᵀX and XXᵀ.
        private static Tensor Decompose(Tensor X)
        {
            using var scope = NewDisposeScope();
            bool tall = X.size(1) <= X.size(0);
            (Tensor values, Tensor vectors) = linalg.eigh((tall ? X.t().matmul(X) : X.matmul(X.t())).to(ScalarType.Float64));

            // Directions in which the rows do not differ have no weight in the optimum.
            double least = Math.Max(values[-1].item<double>(), 0) * (X.dtype == ScalarType.Float64 ? 1e-12 : 1e-7);
            long first = values.le(tensor(least, dtype: ScalarType.Float64)).count_nonzero().item<long>();
            values = values.narrow(0, first, values.size(0) - first);
            vectors = vectors.narrow(1, first, vectors.size(1) - first);
            return (tall ? vectors.to(X.dtype).contiguous() : X.t().matmul((vectors / values.sqrt()).to(X.dtype)))
                .MoveToOuterDisposeScope();
        }

        private Tensor Matrix(double[] point) => tensor(point).to(type).reshape(spread.Length, classes.Length); // [r + 1, c]
    }
}
