using Lethe.Evaluation;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

[Collection(typeof(TorchCollection))]
public class LogisticRegressionTests
{
    /// <summary>
    /// Expected values: scikit-learn 1.2.1, <c>LogisticRegression(C=1/(λ·n), tol=1e-12, max_iter=100000, multi_class='multinomial',
    /// solver='newton-cg')</c> (its own L-BFGS stops 1e-5 away) on <c>StandardScaler().fit_transform(X)</c> of the same X and y; the first
    /// three columns of <c>coef_</c>, and <c>intercept_</c> less its mean.
    /// </summary>
    [Theory]
    [MemberData(nameof(ScikitLearn))]
    public void Fit_StatedStrength_IsThatOfScikitLearn(int n, int d, double strength, double[] coefficients, double[] intercepts)
    {
        using var scope = NewDisposeScope();
        (Tensor X, int[] labels) = Data(n, d);
        LinearClassifier found = Fit(X, labels, new LogisticRegressionOptions { Strength = strength });
        double mean = found.Bias.Average();
        for (int c = 0; c < 3; c++)
        {
            Assert.Equal(intercepts[c], found.Bias[c] - mean, 1e-7);
            for (int j = 0; j < 3; j++)
                Assert.Equal(coefficients[(3 * c) + j], found.Weights[(3 * j) + c], 1e-7);
        }

        Assert.Equal(n == 60 ? 0.9 : 1.0, Hits(found.Predict(X), labels), 1e-12); // score(Z, y)
        LinearClassifier single = Fit(X.to(ScalarType.Float32), labels, new LogisticRegressionOptions { Strength = strength });
        Assert.All(found.Weights.Zip(single.Weights), pair => Assert.Equal(pair.First, pair.Second, 5e-3));
    }

    public static TheoryData<int, int, double, double[], double[]> ScikitLearn => new()
    {
        {
            60, 5, 0.05,
            [0.3847775163, 1.0401845297, 0.6858415384, -0.4704073335, -0.0022179559, -1.0921170852, 0.0856298172, -1.0379665738, 0.4062755468],
            [-0.8294088382, 0.1192990642, 0.7101097740]
        },
        {
            12, 20, 0.1,
            [0.1257067722, 0.2636045938, 0.2363958514, 0.0417654579, -0.1247828896, -0.4169190331, -0.1674722301, -0.1388217041, 0.1805231817],
            [-0.0123023447, -0.3257855941, 0.3380879388]
        },
    };

    [Fact]
    public void Fit_ChosenStrength_RefitsOnAllRowsAtIt()
    {
        using var scope = NewDisposeScope();
        (Tensor X, int[] labels) = Data(60, 5);
        LinearClassifier chosen = Fit(X, labels, new LogisticRegressionOptions { Seed = 2 });
        LinearClassifier stated = Fit(X, labels, new LogisticRegressionOptions { Strength = chosen.Strength });
        Assert.InRange(chosen.Strength, 1e-5, 10);
        Assert.All(stated.Weights.Zip(chosen.Weights), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Fit_ConstantFeature_TakesNoPart()
    {
        using var scope = NewDisposeScope();
        (Tensor X, int[] labels) = Data(60, 5);
        LinearClassifier with = Fit(
            cat([X, full(60, 1, 7.5, dtype: ScalarType.Float64)], 1), labels, new LogisticRegressionOptions { Strength = 0.1 });
        Assert.All(with.Weights[^3..], weight => Assert.Equal(0, weight, 1e-12));
    }

    [Fact]
    public void Fit_BadRows_SaysWhatIsMissing()
    {
        using var scope = NewDisposeScope();
        (Tensor X, int[] labels) = Data(12, 4);
        Assert.Contains(
            "only class 5", Assert.Throws<DataException>(() => Fit(X, [.. labels.Select(_ => 5)])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Class 9 has 1 row", Assert.Throws<DataException>(() => Fit(X, [9, .. labels[1..]])).Message, StringComparison.Ordinal);
        X[3, 1] = double.NaN;
        Assert.Contains("row 3", Assert.Throws<DataException>(() => Fit(X, labels)).Message, StringComparison.Ordinal);
    }

    private static LinearClassifier Fit(Tensor X, int[] labels, LogisticRegressionOptions? options = null) =>
        LogisticRegression.Fit(X, labels, options, TestContext.Current.CancellationToken);

    private static double Hits(IReadOnlyList<int> predicted, IReadOnlyList<int> labels) =>
        predicted.Zip(labels, (p, l) => p == l ? 1.0 : 0).Average();

    private static (Tensor X, int[] Labels) Data(int n, int d)
    {
        int[] labels = [.. Enumerable.Range(0, n).Select(i => ((i * 7 / 3) + (Math.Sin(0.7 * i) > 0 ? 1 : 0)) % 3)];
        double[] values = new double[n * d];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < d; j++)
                values[(i * d) + j] = Math
                    .Sin((0.7 * i) + (1.3 * j)) + (0.5 * Math.Cos(0.11 * i * (j + 1))) + (0.05 * j) + (0.8 * Math.Cos(labels[i] * (j + 1)));
        }

        return (tensor(values).reshape(n, d), labels);
    }
}
