using Lethe.Diagnostics;
using Lethe.Numerics;

namespace Lethe.Tests.Diagnostics;

/// <summary>UMAP again, from its formulas over full matrices; what is random is drawn in the same order, so that points must agree.</summary>
public class NeighbourEmbeddingTests
{
    private const int Epochs = 200;
    private const float A = 1.577f, B = 0.8951f;

    [Theory]
    [InlineData(60, 8, 1)]
    [InlineData(50, 4, 2)]
    public void Of_SomeRows_IsTheDefinition(int count, int neighbours, ulong seed)
    {
        NearestNeighbours near = Near(Reference.Gaussian(seed, count, 6), neighbours);
        float[,] start = new float[count, 2];
        for (int i = 0; i < count; i++)
            (start[i, 0], start[i, 1]) = ((i % 7) - 3, (i * i % 11) - 5);
        float[,] expected = Embedding(near, start, seed), found = NeighbourEmbedding.Of(near, start, seed);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(expected[i, 0], found[i, 0], 1e-3);
            Assert.Equal(expected[i, 1], found[i, 1], 1e-3);
        }
    }

    /// <summary>Rows whose neighbours are all equally far, and copies, which have a distance of 0.</summary>
    [Fact]
    public void Of_NeighboursThatAreEquallyFar_IsTheDefinition()
    {
        const int Count = 50;
        int[,] indices = new int[Count, 3];
        float[,] similarities = new float[Count, 3], start = new float[Count, 2];
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < 3; j++)
                (indices[i, j], similarities[i, j]) = ((i + j + 1) % Count, i % 3 == 0 ? 0.5f : j == 0 ? 1 : 0.9f - (0.2f * j));
            (start[i, 0], start[i, 1]) = (i, -i);
        }

        var near = new NearestNeighbours(indices, similarities);
        float[,] expected = Embedding(near, start, 3), found = NeighbourEmbedding.Of(near, start, 3);
        for (int i = 0; i < Count; i++)
            Assert.Equal(expected[i, 0], found[i, 0], 1e-3);
    }

    private static float[,] Embedding(NearestNeighbours near, float[,] start, ulong seed)
    {
        int n = near.Queries;
        float[,] directed = Directed(near), weights = new float[n, n];
        float heaviest = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                weights[i, j] = directed[i, j] + directed[j, i] - (directed[i, j] * directed[j, i]);
                heaviest = Math.Max(heaviest, weights[i, j]);
            }
        }

        // An edge that is due less than once in all epochs is none.
        var edges = new List<(int I, int J, float Every, float Due)>();
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                if (weights[i, j] >= heaviest / Epochs)
                    edges.Add((i, j, heaviest / weights[i, j], heaviest / weights[i, j]));
            }
        }

        var random = new RandomStream(seed);
        float largest = start.Cast<float>().Max(Math.Abs);
        float[,] y = new float[n, 2];
        for (int i = 0; i < n; i++)
        {
            for (int c = 0; c < 2; c++)
                y[i, c] = (start[i, c] * 10 / largest) + (1e-3f * (float)random.NextGaussian());
        }

        var attraction = new ForceTable(s => -2 * A * B * Math.Pow(s, B - 1) / (1 + (A * Math.Pow(s, B))));
        var repulsion = new ForceTable(s => 2 * B / ((0.001 + s) * (1 + (A * Math.Pow(s, B)))));
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            float rate = 1 - ((epoch - 1f) / Epochs);
            for (int e = 0; e < edges.Count; e++)
            {
                (int i, int j, float every, float due) = edges[e];
                if (due <= epoch)
                {
                    edges[e] = (i, j, every, due + every);
                    Move(y, i, j, attraction, rate, both: true);
                    for (int draw = 0; draw < 5; draw++)
                    {
                        int other = random.NextInt(n);
                        if (other != i)
                            Move(y, i, other, repulsion, rate, both: false);
                    }
                }
            }
        }

        return y;
    }

    private static void Move(float[,] y, int i, int j, ForceTable force, float rate, bool both)
    {
        float[] apart = [y[i, 0] - y[j, 0], y[i, 1] - y[j, 1]];
        float square = (apart[0] * apart[0]) + (apart[1] * apart[1]);
        if (square == 0)
            return;
        for (int c = 0; c < 2; c++)
        {
            float step = rate * Math.Min(4, Math.Max(-4, force.At(square) * apart[c]));
            y[i, c] += step;
            y[j, c] -= both ? step : 0;
        }
    }

    // The width is found by halves, until the weights add up to log2 k.
    private static float[,] Directed(NearestNeighbours near)
    {
        (int n, int k) = (near.Queries, near.Count);
        float[,] weights = new float[n, n];
        for (int i = 0; i < n; i++)
        {
            float[] far = new float[k];
            for (int j = 0; j < k; j++)
                far[j] = Math.Max(0, 1 - near.Similarities[i, j]);
            float least = far.Any(d => d > 0) ? far.Where(d => d > 0).Min() : 0;
            double[] beyond = [.. far.Select(d => (double)Math.Max(0, d - least))];
            double from = 0, to = double.PositiveInfinity, width = 1;
            for (int halving = 0; halving < 64; halving++)
            {
                double sum = beyond.Sum(d => Math.Exp(-d / width));
                if (Math.Abs(sum - Math.Log2(k)) < 1e-5)
                    break;
                (from, to) = sum > Math.Log2(k) ? (from, width) : (width, to);
                width = double.IsInfinity(to) ? 2 * width : (from + to) / 2;
            }

            width = Math.Max(width, 1e-3 * Math.Max(far.Average(), 1e-9));
            for (int j = 0; j < k; j++)
                weights[i, near.Indices[i, j]] = (float)Math.Exp(-beyond[j] / width);
        }

        return weights;
    }

    private static NearestNeighbours Near(double[,] rows, int k)
    {
        double[,] unit = Reference.Normalised(rows);
        int n = rows.GetLength(0);
        int[,] indices = new int[n, k];
        float[,] similarities = new float[n, k];
        for (int i = 0; i < n; i++)
        {
            int self = i;
            double Cosine(int j) => Enumerable.Range(0, rows.GetLength(1)).Sum(c => unit[self, c] * unit[j, c]);
            int[] nearest = [.. Enumerable.Range(0, n).Where(j => j != self).OrderByDescending(Cosine).Take(k)];
            for (int j = 0; j < k; j++)
                (indices[i, j], similarities[i, j]) = (nearest[j], (float)Cosine(nearest[j]));
        }

        return new NearestNeighbours(indices, similarities);
    }
}
