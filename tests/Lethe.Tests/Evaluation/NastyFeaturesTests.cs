using Lethe.Evaluation;
using Lethe.Tests.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

/// <summary>What protocols fit, on features of every nasty kind: finite weights, labels of the classes, and no native error.</summary>
public class NastyFeaturesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => [.. NastyFeatures.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void LogisticRegression_AnyFeatures_FitsAndPredicts(string kind)
    {
        using var scope = NewDisposeScope();
        int[] labels = [.. Enumerable.Range(0, 12).Select(i => i % 3)];
        foreach (ScalarType type in Types(kind))
        {
            foreach (int dimension in (int[])[1, 4, 30])
            {
                Tensor features = NastyFeatures.Of(kind, [12, dimension], type);
                LinearClassifier found = LogisticRegression.Fit(features, labels, cancellation: Token);
                Assert.All(
                    (double[][])[found.Mean, found.Scale, found.Weights, found.Bias],
                    numbers => Assert.True(numbers.All(double.IsFinite), $"{type} [12, {dimension}]"));
                Assert.All(found.Predict(features), label => Assert.InRange(label, 0, 2));
            }
        }
    }

    /// <summary>Columns of any unit are standardised, so that a class that shows is found.</summary>
    [Theory]
    [InlineData(1e30)]
    [InlineData(1e-30)]
    public void LogisticRegression_ColumnsOfAnotherUnit_FindsTheSameClasses(double unit)
    {
        using var scope = NewDisposeScope();
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 2)];
        Tensor features = NastyFeatures.Ordinary([40, 3], ScalarType.Float32);
        features[TensorIndex.Colon, 1] += tensor(labels.Select(label => 6f * label).ToArray());
        Tensor scaled = features * tensor((float[])[1, (float)unit, 1]);
        Assert.Equal(
            LogisticRegression.Fit(features, labels, cancellation: Token).Predict(features),
            LogisticRegression.Fit(scaled, labels, cancellation: Token).Predict(scaled));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void KMeans_AnyFeatures_FindsCentres(string kind)
    {
        using var scope = NewDisposeScope();
        foreach (ScalarType type in Types(kind))
        {
            Tensor features = NastyFeatures.Of(kind, [12, 4], type);
            KMeans found = KMeans.Fit(features, 3, restarts: 2, seed: 1, cancellation: Token);
            Assert.All(found.Assign(features), cluster => Assert.InRange(cluster, 0, 2));
            Assert.False(double.IsNaN(found.Inertia));
        }
    }

    [Fact]
    public void KMeans_AnotherUnit_FindsTheSameClusters()
    {
        using var scope = NewDisposeScope();
        Tensor features = NastyFeatures.Ordinary([30, 3], ScalarType.Float32), large = features * tensor(1e25f);
        Assert.Equal(
            KMeans.Fit(features, 3, 2, 1, cancellation: Token).Assign(features),
            KMeans.Fit(large, 3, 2, 1, cancellation: Token).Assign(large));
    }

    private static IEnumerable<ScalarType> Types(string kind) =>
        NastyFeatures.NeedsDouble(kind) ? [ScalarType.Float64] : [ScalarType.Float32, ScalarType.Float64];
}
