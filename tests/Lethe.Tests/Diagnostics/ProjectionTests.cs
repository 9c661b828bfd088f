using Lethe.Diagnostics;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

[Collection<TorchCollection>]
public sealed class ProjectionTests
{
    [Fact]
    public void Plane_OfRowsOnAPlane_KeepsTheirDistancesAndAllVariance()
    {
        using var scope = NewDisposeScope();

        // Unit rows whose last coordinates are always the same lie on a plane once they are centred.
        double[,] rows = new double[40, 6];
        for (int i = 0; i < 40; i++)
            (rows[i, 1], rows[i, 4], rows[i, 5]) = (0.4 * Math.Cos(i), 0.4 * Math.Sin(i), Math.Sqrt(1 - 0.16));
        (float[,] points, double explained) = PrincipalPlane.Of(tensor(rows));
        Assert.Equal(1, explained, 1e-5);
        for (int i = 1; i < 40; i++)
        {
            double expected = Math.Sqrt(Math.Pow(rows[i, 1] - rows[0, 1], 2) + Math.Pow(rows[i, 4] - rows[0, 4], 2));
            Assert.Equal(expected, Distance(points, i, 0), 1e-5);
        }
    }

    [Theory]
    [InlineData(60, 30)]
    [InlineData(12, 200)]
    public void Plane_OfAnyRows_HoldsWhatTheirSingularValuesSay(int count, int dimension)
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(Reference.Gaussian(3, count, dimension));
        rows[TensorIndex.Colon, 0] = rows[TensorIndex.Colon, 0].Times(4);
        Tensor unit = nn.functional.normalize(rows, 2, 1);
        double[] values = [.. linalg.svdvals(unit - unit.mean([0], keepdim: true)).Squared().data<double>()];
        (float[,] points, double explained) = PrincipalPlane.Of(rows);
        Assert.Equal((values[0] + values[1]) / values.Sum(), explained, 1e-4);
        double[] squares = [.. Enumerable.Range(0, 2).Select(axis => Enumerable.Range(0, count).Sum(i => Math.Pow(points[i, axis], 2)))];
        Assert.Equal(values[0], squares[0], values[0] * 1e-3);
        Assert.Equal(values[1], squares[1], values[1] * 1e-3);
        Assert.Equal(points, PrincipalPlane.Of(rows).Points);
    }

    [Fact]
    public void Plane_OfEqualRows_IsAPoint()
    {
        using var scope = NewDisposeScope();
        (float[,] points, double explained) = PrincipalPlane.Of(ones(5, 3));
        Assert.Equal(new float[5, 2], points);
        Assert.Equal(0, explained);
    }

    [Fact]
    public void Others_OfRowsWithCopies_NeverNamesTheRowItself()
    {
        using var scope = NewDisposeScope();
        Tensor rows = cat([ones(6, 4), tensor(Reference.Gaussian(5, 6, 4)).to(float32)]);
        NearestNeighbours near = KnnProbe.Others(rows, 3);
        for (int i = 0; i < 12; i++)
        {
            int[] of = [.. Enumerable.Range(0, 3).Select(j => near.Indices[i, j])];
            Assert.DoesNotContain(i, of);
            Assert.Equal(3, of.Distinct().Count());
        }

        Assert.Equal(11, KnnProbe.Others(rows, 99).Count);
    }

    /// <summary>Three clouds: each point lies beside points of its own cloud, whatever the seed; a seed gives the same bits.</summary>
    [Fact]
    public void Embedding_OfThreeClouds_KeepsThemApartAndRepeatsItsBits()
    {
        using var scope = NewDisposeScope();
        Tensor rows = Clouds(90);
        NearestNeighbours near = KnnProbe.Others(rows, NeighbourEmbedding.Neighbours);
        float[,] start = PrincipalPlane.Of(rows).Points;
        float[,] points = NeighbourEmbedding.Of(near, start, 7);
        Assert.Equal(points, NeighbourEmbedding.Of(near, start, 7));
        Assert.NotEqual(points, NeighbourEmbedding.Of(near, start, 8));
        for (int i = 0; i < 90; i++)
            Assert.Equal(i % 3, Enumerable.Range(0, 90).Where(j => j != i).MinBy(j => Distance(points, i, j)) % 3);
        Assert.InRange(Trustworthiness.Of(rows, points), 0.9, 1);
    }

    [Fact]
    public void Force_LookedUp_IsTheFunctionToAThousandth()
    {
        var table = new ForceTable(square => Math.Pow(square, -0.9));
        for (float square = 1e-11f; square < 1e7f; square *= 1.37f)
            Assert.Equal(1, table.At(square) / Math.Pow(square, -0.9), 1e-3);
        Assert.Equal(table.At(1e-13f), table.At(float.Epsilon));
        Assert.Equal(table.At(3.3e7f), table.At(float.MaxValue));
    }

    [Fact]
    public void Embedding_OfEqualRows_IsFinite()
    {
        using var scope = NewDisposeScope();
        float[,] points = NeighbourEmbedding.Of(KnnProbe.Others(ones(60, 4), 15), new float[60, 2], 1);
        Assert.All(points.Cast<float>(), value => Assert.True(float.IsFinite(value)));
    }

    /// <summary>On a circle the picture of the circle is the truth, and a shuffled one is chance.</summary>
    [Fact]
    public void Trust_OfACircle_IsOneOfItsPictureAndHalfOfAShuffledOne()
    {
        using var scope = NewDisposeScope();
        const int Count = 400;
        int[] order = new RandomStream(2).Permutation(Count);
        double[,] rows = new double[Count, 2];
        float[,] truth = new float[Count, 2], shuffled = new float[Count, 2];
        for (int i = 0; i < Count; i++)
        {
            (rows[i, 0], rows[i, 1]) = (Math.Cos(2 * Math.PI * i / Count), Math.Sin(2 * Math.PI * i / Count));
            (truth[i, 0], truth[i, 1]) = ((float)rows[i, 0], (float)rows[i, 1]);
            (shuffled[order[i], 0], shuffled[order[i], 1]) = ((float)rows[i, 0], (float)rows[i, 1]);
        }

        Assert.InRange(Trustworthiness.Of(tensor(rows), truth), 0.999, 1);
        Assert.InRange(Trustworthiness.Of(tensor(rows), shuffled), 0.45, 0.55);
    }

    [Fact]
    public void Trust_OfFewRows_IsItsDefinition()
    {
        using var scope = NewDisposeScope();
        const int Count = 30, K = Trustworthiness.Neighbours;
        double[,] rows = Reference.Normalised(Reference.Gaussian(1, Count, 5));
        double[,] drawn = Reference.Gaussian(2, Count, 2);
        float[,] points = new float[Count, 2];
        for (int i = 0; i < Count; i++)
            (points[i, 0], points[i, 1]) = ((float)drawn[i, 0], (float)drawn[i, 1]);
        double penalty = 0;
        for (int i = 0; i < Count; i++)
        {
            int self = i;
            double Cosine(int j) => Enumerable.Range(0, 5).Sum(c => rows[self, c] * rows[j, c]);
            List<int> ranked = [.. Enumerable.Range(0, Count).Where(j => j != self).OrderByDescending(Cosine)];
            penalty += Enumerable.Range(0, Count).Where(j => j != self).OrderBy(j => Distance(points, self, j)).Take(K)
                .Sum(j => Math.Max(0, ranked.IndexOf(j) + 1 - K));
        }

        double expected = 1 - (2 * penalty / (Count * K * ((2 * Count) - (3 * K) - 1)));
        Assert.Equal(expected, Trustworthiness.Of(tensor(rows), points), 1e-9);
    }

    [Theory]
    [InlineData(0.7, 1)]
    [InlineData(2.9, -1)]
    public void Alignment_OfATurnedCopy_BringsItBack(double angle, int mirror)
    {
        float[,] points = new float[9, 2], turned = new float[9, 2];
        for (int i = 0; i < 9; i++)
        {
            (double x, double y) = (Math.Sqrt(i) - 1.5, (i * i % 7) - 2.2);
            (points[i, 0], points[i, 1]) = ((float)x, (float)y);
            y *= mirror;
            turned[i, 0] = (float)((Math.Cos(angle) * x) - (Math.Sin(angle) * y) + 3);
            turned[i, 1] = (float)((Math.Sin(angle) * x) + (Math.Cos(angle) * y) - 1);
        }

        float[,] back = PlaneAlignment.Of(turned, points);
        double mean = Enumerable.Range(0, 9).Average(i => points[i, 0]), other = Enumerable.Range(0, 9).Average(i => points[i, 1]);
        for (int i = 0; i < 9; i++)
        {
            Assert.Equal(points[i, 0] - mean, back[i, 0], 1e-5);
            Assert.Equal(points[i, 1] - other, back[i, 1], 1e-5);
        }
    }

    private static Tensor Clouds(int count)
    {
        double[,] rows = Reference.Gaussian(9, count, 8);
        for (int i = 0; i < count; i++)
            rows[i, i % 3] += 8;
        return tensor(rows);
    }

    private static double Distance(float[,] points, int i, int j) =>
        Math.Sqrt(Math.Pow(points[i, 0] - points[j, 0], 2) + Math.Pow(points[i, 1] - points[j, 1], 2));
}
