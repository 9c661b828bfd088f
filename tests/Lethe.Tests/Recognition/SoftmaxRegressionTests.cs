using Lethe.Recognition;

namespace Lethe.Tests.Recognition;

public class SoftmaxRegressionTests
{
    [Theory]
    [InlineData(10, 5, 1.0)] // more rows than numbers
    [InlineData(10, 5, 1e-4)]
    [InlineData(3, 40, 0.1)] // fewer: in the span of the rows
    [InlineData(3, 40, 1e-4)]
    public void Fit_AnyShape_EndsWhereTheSlopeIsNone(int perClass, int dimension, double strength)
    {
        const int Classes = 4;
        (float[,] rows, int[] labels) = Clouds.Make(perClass, Classes, dimension, 0.7, seed: 9);
        int[] all = [.. Enumerable.Range(0, labels.Length)];
        DenseMatrix X = FeatureScale.Of(rows, all).Apply(rows, all);
        var regression = new SoftmaxRegression(X, labels, Classes);
        (DenseMatrix coordinates, double[] bias) = regression.Fit(strength, null, coarse: false);
        DenseMatrix W = regression.Widen(coordinates);
        Assert.All(Slope(X, labels, W, bias, strength), slope => Assert.Equal(0, slope, 1e-5));

        // From elsewhere it arrives at the same place.
        (DenseMatrix again, _) = regression.Fit(strength, regression.Fit(strength * 100, null, coarse: true), coarse: false);
        Assert.All(regression.Widen(again).Values.Zip(W.Values), pair => Assert.Equal(pair.Second, pair.First, 1e-3 * W.Values.Max(Math.Abs)));
    }

    [Fact]
    public void RowSpace_FewRows_KeepsThemAndTheirLengths()
    {
        (float[,] rows, _) = Clouds.Make(6, 1, 11, 1, seed: 10);
        int[] some = [0, 1, 2, 3, 4, 5, 2]; // one twice: nothing new
        DenseMatrix X = FeatureScale.Of(rows, some).Apply(rows, some);
        RowSpace space = RowSpace.Of(X);
        Assert.InRange(space.Coordinates.Columns, 5, 6); // centred: one direction less
        DenseMatrix back = space.Coordinates.TimesTransposed(space.Basis!.Transposed()), unit = space.Basis.TimesTransposed(space.Basis);
        Assert.All(back.Values.Zip(X.Values), pair => Assert.Equal(pair.Second, pair.First, 1e-6)); // means are float32
        for (int i = 0; i < unit.Rows; i++)
        {
            for (int j = 0; j < unit.Columns; j++)
                Assert.Equal(i == j ? 1 : 0, unit.Row(i)[j], 1e-9);
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 7, 3)]
    [InlineData(9, 33, 6)]
    public void Products_AnyShape_AreThoseOfTheDefinition(int n, int d, int c)
    {
        DenseMatrix A = Some(n, d, 1), B = Some(c, d, 2), C = Some(n, c, 3);
        DenseMatrix across = A.TimesTransposed(B), along = C.TransposedTimes(A);
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < c; k++)
                Assert.Equal(Enumerable.Range(0, d).Sum(j => A.Row(i)[j] * B.Row(k)[j]), across.Row(i)[k], 1e-12);
        }

        for (int k = 0; k < c; k++)
        {
            for (int j = 0; j < d; j++)
                Assert.Equal(Enumerable.Range(0, n).Sum(i => C.Row(i)[k] * A.Row(i)[j]), along.Row(k)[j], 1e-12);
        }
    }

    private static DenseMatrix Some(int rows, int columns, ulong seed)
    {
        var random = new Lethe.Numerics.RandomStream(seed);
        return new DenseMatrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextGaussian())]);
    }

    // Of (1/n) Σ −log softmax + λ/2 ‖W‖², number by number.
    private static IEnumerable<double> Slope(DenseMatrix X, int[] labels, DenseMatrix W, double[] bias, double strength)
    {
        int classes = bias.Length;
        var errors = new double[labels.Length, classes];
        for (int i = 0; i < labels.Length; i++)
        {
            double[] scores = [.. Enumerable.Range(0, classes).Select(k => bias[k] + Enumerable.Range(0, X.Columns).Sum(j => X.Row(i)[j] * W.Row(k)[j]))];
            double sum = scores.Sum(score => Math.Exp(score));
            for (int k = 0; k < classes; k++)
                errors[i, k] = ((Math.Exp(scores[k]) / sum) - (labels[i] == k ? 1 : 0)) / labels.Length;
        }

        for (int k = 0; k < classes; k++)
        {
            yield return Enumerable.Range(0, labels.Length).Sum(i => errors[i, k]);
            for (int j = 0; j < X.Columns; j++)
                yield return Enumerable.Range(0, labels.Length).Sum(i => errors[i, k] * X.Row(i)[j]) + (strength * W.Row(k)[j]);
        }
    }
}
