using Lethe.Evaluation;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

[Collection(typeof(TorchCollection))]
public class KMeansTests
{
    [Fact]
    public void Fit_SeparateGroups_FindsThem()
    {
        using var scope = NewDisposeScope();
        int[] groups = [.. Enumerable.Range(0, 60).Select(i => i % 4)];
        Tensor X = Tiny.Gaussian(1, 60, 3).to(ScalarType.Float32) * 0.1;
        X += 5 * eye(4, 3).index_select(0, tensor(groups.Select(g => (long)g).ToArray()));
        KMeans found = KMeans.Fit(X, 4, restarts: 5, seed: 3, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(1, ClusterScores.AdjustedRandIndex(groups, found.Assign(X)), 1e-12);

        // The inertia by hand: rows less the mean of their group.
        double expected = Enumerable.Range(0, 4).Sum(g =>
        {
            Tensor rows = X.index_select(
                0, tensor(groups.Select((label, i) => (label, i)).Where(p => p.label == g).Select(p => (long)p.i).ToArray()));
            return (rows - rows.mean([0])).square().sum().item<float>();
        });
        Assert.Equal(expected, found.Inertia, 1e-3 * expected);
        Assert.Equal(found.Centres, KMeans.Fit(X, 4, 5, 3, cancellation: TestContext.Current.CancellationToken).Centres);
    }

    /// <summary>Three distinct rows for three clusters among many copies: clusters that come out empty must be moved.</summary>
    [Fact]
    public void Fit_FewDistinctRows_LeavesNoRowFar()
    {
        using var scope = NewDisposeScope();
        Tensor X = cat([zeros(20, 2), ones(1, 2), -ones(1, 2)]);
        Assert.Equal(0, KMeans.Fit(X, 3, 3, 1, cancellation: TestContext.Current.CancellationToken).Inertia, 1e-5);
        Assert.Equal(0, KMeans.Fit(zeros(5, 2), 3, 1, 1, cancellation: TestContext.Current.CancellationToken).Inertia, 1e-6);
    }

    [Fact]
    public void Fit_FewerRowsThanClusters_Says() =>
        Assert.Contains(
            "at least 3 rows",
            Assert.Throws<ArgumentException>(
                () => KMeans.Fit(zeros(2, 2), 3, 1, 1, cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
}
