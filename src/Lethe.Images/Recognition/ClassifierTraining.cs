using System.Runtime.InteropServices;

namespace Lethe.Recognition;

/// <summary>One fitting of an <see cref="EmbeddingClassifier"/>: cross-validation, then a fit on all images.</summary>
/// <remarks>
/// Scores of a held-out part come from classifiers of all strengths, fitted on the other parts. Its strength and its calibration are then
/// those that are best on the other parts' scores: no image has a say in its own prediction. Those of the final classifier are the best on
/// all parts.
/// </remarks>
internal sealed class ClassifierTraining
{
    private readonly float[,] features;
    private readonly int[] truth;
    private readonly IReadOnlyList<string> classNames;
    private readonly ClassifierOptions options;
    private readonly CancellationToken cancellation;
    private readonly double[] strengths;
    private readonly int[] parts;
    private readonly int folds;
    private readonly DenseMatrix[] scores; // of each strength, [n, c], each row by classifiers that were not fitted on it
    private readonly double[] distances; // of each row to the nearest class, likewise

    public ClassifierTraining(
        float[,] features, int[] truth, IReadOnlyList<string> classNames, ClassifierOptions options, CancellationToken cancellation)
    {
        (this.features, this.truth, this.classNames) = (features, truth, classNames);
        (this.options, this.cancellation) = (options, cancellation);
        strengths = options.Grid();
        folds = Math.Min(options.Folds, truth.Length);
        parts = Recognition.Folds.Draw(truth, classNames, folds, options.Seed);
        scores = [.. strengths.Select(_ => new DenseMatrix(truth.Length, classNames.Count))];
        distances = new double[truth.Length];
    }

    public ClassifierContents Run()
    {
        Parallel.For(0, folds, new ParallelOptions { CancellationToken = cancellation }, Hold);
        int[] choices = new int[folds];
        double[] sharpnesses = new double[folds];
        Parallel.For(0, folds, new ParallelOptions { CancellationToken = cancellation }, fold =>
            (choices[fold], sharpnesses[fold]) = Choose(RowsWhere(part => part != fold)));
        (int choice, double sharpness) = Choose(RowsWhere(_ => true));
        cancellation.ThrowIfCancellationRequested();

        int[] all = RowsWhere(_ => true);
        FeatureScale scale = FeatureScale.Of(features, all);
        DenseMatrix rows = scale.Apply(features, all);
        var regression = new SoftmaxRegression(rows, truth, classNames.Count);
        (DenseMatrix weights, double[] bias) = regression.Fit(strengths[choice], null, coarse: false);

        Classification[] predictions = new Classification[truth.Length];
        double none = ClassScores.AboveAll, radius = Quantile(distances, 1 - (options.NovelShare > 0 ? options.NovelShare : 0.01));
        for (int i = 0; i < truth.Length; i++)
        {
            (int best, double confidence) = ClassScores.MostLikely(
                scores[choices[parts[i]]].Row(i).ToArray(), sharpnesses[parts[i]]);
            predictions[i] = new Classification(classNames[best], best, confidence, distances[i] / radius, false);
        }

        double threshold = options.TargetAccuracy == 0 ? 0 : Threshold(predictions, all) ?? none;

        // Rejected by the threshold that the other parts ask for.
        double[] thresholds =
        [
            .. Enumerable.Range(0, folds).Select(fold =>
                options.TargetAccuracy == 0 ? 0 : Threshold(predictions, RowsWhere(part => part != fold)) ?? none),
        ];
        for (int i = 0; i < truth.Length; i++)
        {
            bool novel = options.NovelShare > 0 && predictions[i].Novelty > 1;
            predictions[i] = predictions[i] with { Rejected = novel || predictions[i].Confidence < thresholds[parts[i]] };
        }

        return new ClassifierContents
        {
            ClassNames = [.. classNames],
            Scale = scale,
            Weights = Singles(regression.Widen(weights)),
            Bias = [.. bias.Select(value => (float)value)],
            Sharpness = sharpness,
            Strength = strengths[choice],
            Directions = Singles(ClassDirections.Of(features, all, truth, classNames.Count).Directions),
            Radius = radius,
            RejectsNovel = options.NovelShare > 0,
            RejectBelow = threshold,
            Validation = Summary(predictions),
        };
    }

    // One part: classifiers of all strengths on the others, from the strongest down, each begun where the one before ended.
    private void Hold(int fold)
    {
        int[] fitted = RowsWhere(part => part != fold), held = RowsWhere(part => part == fold);
        if (held.Length == 0)
            return;
        FeatureScale scale = FeatureScale.Of(features, fitted);
        DenseMatrix rows = scale.Apply(features, fitted), test = scale.Apply(features, held);
        int[] labels = [.. fitted.Select(row => truth[row])];
        var regression = new SoftmaxRegression(rows, labels, classNames.Count);
        (DenseMatrix Weights, double[] Bias)? point = null;
        for (int s = 0; s < strengths.Length; s++)
        {
            cancellation.ThrowIfCancellationRequested();
            point = regression.Fit(strengths[s], point, coarse: true);
            DenseMatrix found = test.TimesTransposed(regression.Widen(point.Value.Weights));
            for (int i = 0; i < held.Length; i++)
            {
                Span<double> to = scores[s].Row(held[i]);
                for (int k = 0; k < to.Length; k++)
                    to[k] = found.Row(i)[k] + point.Value.Bias[k];
            }
        }

        ClassDirections directions = ClassDirections.Of(features, fitted, truth, classNames.Count);
        foreach (int row in held)
            distances[row] = directions.Distance(MemoryMarshal.CreateReadOnlySpan(ref features[row, 0], features.GetLength(1)));
    }

    // The strength of the least calibrated loss, of equal ones the largest, and its sharpness.
    private (int Strength, double Sharpness) Choose(int[] rows)
    {
        (int Strength, double Sharpness, double Loss) best = (0, 1, double.PositiveInfinity);
        for (int s = 0; s < strengths.Length; s++)
        {
            (double sharpness, double loss) = Calibration.Fit(scores[s], truth, rows);
            if (loss < best.Loss)
                best = (s, sharpness, loss);
        }

        return (best.Strength, best.Sharpness);
    }

    // The least confidence at which enough of the surer images are right; null where there is none.
    private double? Threshold(Classification[] predictions, int[] rows)
    {
        int right = 0, seen = 0;
        double? threshold = null;
        double[] keys = [.. rows.Select(row => -predictions[row].Confidence)];
        int[] order = [.. rows];
        Array.Sort(keys, order);
        for (int i = 0; i < order.Length; i++)
        {
            seen++;
            right += predictions[order[i]].Class == truth[order[i]] ? 1 : 0;
            bool tied = i + 1 < order.Length && keys[i + 1] == keys[i];
            if (!tied && right >= options.TargetAccuracy * seen)
                threshold = -keys[i];
        }

        return threshold;
    }

    private CrossValidation Summary(Classification[] predictions)
    {
        int classes = classNames.Count;
        var confusion = new int[classes, classes];
        for (int i = 0; i < truth.Length; i++)
            confusion[truth[i], predictions[i].Class]++;
        bool[] right = [.. predictions.Select((prediction, i) => prediction.Class == truth[i])];
        int hits = right.Count(one => one), accepted = predictions.Count(prediction => !prediction.Rejected);
        (double low, double high) = CrossValidation.Wilson(hits, truth.Length);
        return new CrossValidation
        {
            Images = truth.Length,
            Folds = folds,
            Accuracy = (double)hits / truth.Length,
            Low = low,
            High = high,
            MeanClassAccuracy = Enumerable.Range(0, classes).Average(k =>
                (double)confusion[k, k] / Enumerable.Range(0, classes).Sum(predicted => confusion[k, predicted])),
            CalibrationError = Calibration.Error([.. predictions.Select(prediction => prediction.Confidence)], right),
            Accepted = (double)accepted / truth.Length,
            AcceptedAccuracy = accepted == 0
                ? null
                : (double)Enumerable.Range(0, truth.Length).Count(i => right[i] && !predictions[i].Rejected) / accepted,
            Confusion = confusion,
            Predictions = predictions,
        };
    }

    private int[] RowsWhere(Func<int, bool> isWanted) => [.. Enumerable.Range(0, truth.Length).Where(i => isWanted(parts[i]))];

    private static double Quantile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        double value = sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
        return value > 0 ? value : double.Epsilon;
    }

    private static float[,] Singles(DenseMatrix matrix)
    {
        var singles = new float[matrix.Rows, matrix.Columns];
        for (int i = 0; i < matrix.Rows; i++)
        {
            for (int j = 0; j < matrix.Columns; j++)
                singles[i, j] = (float)matrix.Row(i)[j];
        }

        return singles;
    }
}
