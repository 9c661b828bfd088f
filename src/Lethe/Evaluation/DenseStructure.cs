using Lethe.Diagnostics;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// DSE, the Dense representation Structure Estimator: without labels, how well the cells of feature maps fall into groups, and how many
/// dimensions they use. High is good for segmentation. Source: Dai, Xu, Wen, Liu and Huang 2025, arXiv:2510.17299.
/// </summary>
/// <remarks>
/// <para>
/// All lengths are divided by s, the mean distance of a cell from the mean of all; cells have unit length before. M_inter: the cells of
/// eight images fall into 24 groups by k-means, and a cell lies M_inter from the nearest centre that is not its own. The radius of a group
/// of n cells is the sum of the singular values of its centred cells over √max(n − 1, d). M_intra is the mean of two means of radii: over
/// those groups, and over three groups of the cells of each image. M_dim: the effective rank (exp of the entropy of the singular values)
/// of one cell of each image, drawn without putting back, as a part of the largest possible one; mean over all draws.
/// </para>
/// <para>
/// The paper weighs M_dim by λ = σ(M_inter − M_intra) / σ(M_dim) over the checkpoints of a training. Of one encoder there is none, so
/// here λ is 1 and both parts are kept, from which any other weight follows. Groups are found by <see cref="KMeans"/>, from one start.
/// </para>
/// </remarks>
/// <param name="Separation">M_inter − M_intra.</param>
/// <param name="Dimension">M_dim, in (0, 1].</param>
/// <param name="Groups">M_inter − M_intra of each eight images by themselves, at least one: what an interval of it is made from.</param>
internal sealed record DenseStructure(double Separation, double Dimension, IReadOnlyList<double> Groups)
{
    /// <summary>Images whose cells are grouped together.</summary>
    public const int ImagesOfAGroup = 8;

    private const int LocalClusters = 3, GlobalClusters = 24, Iterations = 20;
    private const double Floor = 1e-12;

    // What a seed is for.
    private const ulong OfImage = 1, OfGroup = 2, Draws = 3;

    /// <summary>DSE, with λ = 1.</summary>
    public double Value => Separation + Dimension;

    /// <summary>Measures.</summary>
    /// <param name="cells">
    /// Shape [B, N, d], finite: N cells of each of B images, N at least 3, B at least 8; images beyond the last whole eight are left out.
    /// </param>
    /// <param name="seed">Decides the starts of k-means and the draws.</param>
    /// <param name="cancellation">Stops between two groups.</param>
    /// <returns>The measure; null where all cells are equal, so that there is no length to measure by.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    public static DenseStructure? Of(Tensor cells, ulong seed, CancellationToken cancellation = default)
    {
        FeatureCheck.Shape(cells, 3, "[images, cells, dimension]", nameof(cells));
        if (cells.size(0) < ImagesOfAGroup || cells.size(1) < LocalClusters)
        {
            throw new ArgumentException(
                $"Expected at least {ImagesOfAGroup} images of {LocalClusters} cells, found {cells.size(0)} of {cells.size(1)}.",
                nameof(cells));
        }

        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        int images = (int)cells.size(0) / ImagesOfAGroup * ImagesOfAGroup;
        Tensor X = Magnitude.UnitRows(cells.narrow(0, 0, images), ScalarType.Float64); // [B, N, d]
        double unit = (X - X.mean([0, 1], keepdim: true)).Squared().sum([-1]).sqrt().mean().Value();
        if (unit < Floor)
            return null;

        double[] local = [.. Enumerable.Range(0, images).Select(image =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Clusters(X[image], LocalClusters, RandomStream.Derive(seed, OfImage, (ulong)image)).Radii.Average();
        })];
        (double Between, double[] Radii)[] groups = [.. Enumerable.Range(0, images / ImagesOfAGroup).Select(group =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            Tensor rows = X.narrow(0, group * ImagesOfAGroup, ImagesOfAGroup).reshape(-1, X.size(2));
            int clusters = (int)Math.Min(GlobalClusters, rows.size(0));
            return Clusters(rows, clusters, RandomStream.Derive(seed, OfGroup, (ulong)group));
        })];
        double within = (local.Average() + groups.SelectMany(group => group.Radii).Average()) / 2;
        return new DenseStructure(
            (groups.Average(group => group.Between) - within) / unit,
            Ranks(X, seed),
            [
                .. groups.Select((group, i) =>
                    (group.Between - ((local.Skip(i * ImagesOfAGroup).Take(ImagesOfAGroup).Average() + group.Radii.Average()) / 2)) / unit),
            ]);
    }

    // How far a row is from the nearest centre but its own, on average, and the radius of each cluster; a single row has none.
    private static (double Between, double[] Radii) Clusters(Tensor rows, int clusters, ulong seed)
    {
        using var scope = NewDisposeScope();
        KMeans found = KMeans.Fit(rows, clusters, restarts: 1, seed, Iterations);
        long[] own = [.. found.Assign(rows).Select(cluster => (long)cluster)];
        Tensor centres = tensor(found.Centres.ToArray()).reshape(clusters, -1).to(ScalarType.Float64);
        Tensor distances = cdist(rows, centres), taken = nn.functional.one_hot(tensor(own), clusters).to(ScalarType.Bool); // [n, k]
        Tensor others = where(taken, tensor(double.PositiveInfinity, dtype: ScalarType.Float64), distances);
        double[] radii =
        [
            .. own.Select((cluster, row) => (Cluster: cluster, Row: (long)row)).ToLookup(one => one.Cluster, one => one.Row)
                .Where(members => members.Skip(1).Any()).Select(members => Radius(rows.index_select(0, tensor(members.ToArray())))),
        ];
        return (others.amin([1]).mean().Value(), radii.Length > 0 ? radii : [0]);
    }

    private static double Radius(Tensor rows)
    {
        using var scope = NewDisposeScope();
        return linalg.svdvals(rows - rows.mean([0])).sum().Value() / Math.Sqrt(Math.Max(rows.size(0) - 1, rows.size(1)));
    }

    private static double Ranks(Tensor X, ulong seed)
    {
        using var scope = NewDisposeScope();
        int images = (int)X.size(0), cells = (int)X.size(1);
        long[] drawn = [.. Enumerable.Range(0, images).SelectMany(image =>
            new RandomStream(RandomStream.Derive(seed, Draws, (ulong)image)).Permutation(cells).Select(cell => (long)cell))];
        Tensor order = tensor(drawn).reshape(images, cells, 1).expand(-1, -1, X.size(2));
        Tensor singular = linalg.svdvals(X.gather(1, order).transpose(0, 1)); // [N, min(B, d)]
        Tensor p = (singular / singular.sum(-1, keepdim: true)).Plus(Floor);
        return (p * p.log()).sum(-1).neg().exp().mean().Value() / Math.Min(images, X.size(2));
    }
}
