using Lethe.Numerics;

namespace Lethe.Diagnostics;

/// <summary>
/// Points in the plane that keep neighbours together: UMAP on exact neighbours. Distances between groups, sizes of groups and axes mean
/// nothing in it; <see cref="Trustworthiness"/> says how far neighbours may be believed.
/// </summary>
/// <remarks>
/// <para>
/// With d(i, j) = 1 − cos of the k nearest rows of i, ρ_i the least of them above 0, and σ_i such that Σ_j w(j|i) = log₂ k:
/// </para>
/// <code>
/// w(j|i) = exp(−max(0, d(i, j) − ρ_i) / σ_i),   w_ij = w(j|i) + w(i|j) − w(j|i)·w(i|j)
/// q_ij = 1 / (1 + a·‖y_i − y_j‖^{2b})
/// </code>
/// <para>
/// y descends the cross-entropy of w and q: an edge is drawn in proportion to its weight and pulls its ends together, and for each draw
/// <see cref="Apart"/> random points are pushed away. a and b are those of a least distance of 0.1. Source: McInnes, Healy and Melville
/// 2018, arXiv:1802.03426. Deviations: neighbours are exact; one thread in a fixed order and one seeded stream, so that a seed gives the
/// same bits on a machine; the start is given, and is no spectral one.
/// </para>
/// </remarks>
internal static class NeighbourEmbedding
{
    /// <summary>Neighbours that a row is tied to.</summary>
    public const int Neighbours = 15;

    /// <summary>Fewer rows have no neighbourhoods that a picture could keep.</summary>
    public const int FewestRows = 50;

    private const int Epochs = 200;
    private const int Apart = 5;
    private const float A = 1.577f, B = 0.8951f, Farthest = 4;
    private const float Extent = 10;

    /// <summary>Places rows.</summary>
    /// <param name="near">The nearest other rows of each.</param>
    /// <param name="start">Where points begin, [N, 2]: the picture keeps what it can of it.</param>
    /// <param name="seed">Decides all that is drawn.</param>
    /// <returns>Points, [N, 2].</returns>
    /// <exception cref="ArgumentException">There are not as many points as rows.</exception>
    public static float[,] Of(NearestNeighbours near, float[,] start, ulong seed)
    {
        int count = near.Queries;
        if (start.GetLength(0) != count || start.GetLength(1) != 2)
        {
            throw new ArgumentException(
                $"Expected [{count}, 2] points to start with, found [{start.GetLength(0)}, {start.GetLength(1)}].", nameof(start));
        }

        var random = new RandomStream(seed);
        float[] y = Started(start, ref random);
        (int From, int To, float Weight)[] edges = Edges(near);
        float most = edges.Max(edge => edge.Weight);

        // An edge is drawn every so many epochs, the heaviest in each.
        float[] every = [.. edges.Select(edge => most / edge.Weight)], due = [.. every];
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            float rate = 1 - ((epoch - 1f) / Epochs);
            for (int e = 0; e < edges.Length; e++)
            {
                if (due[e] > epoch)
                    continue;
                due[e] += every[e];
                (int from, int to, _) = edges[e];
                Pull(y, 2 * from, 2 * to, rate);
                for (int i = 0; i < Apart; i++)
                {
                    if (random.NextInt(count) is var other && other != from)
                        Push(y, 2 * from, 2 * other, rate);
                }
            }
        }

        var points = new float[count, 2];
        Buffer.BlockCopy(y, 0, points, 0, y.Length * sizeof(float));
        return points;
    }

    private static float[] Started(float[,] start, ref RandomStream random)
    {
        float most = 1e-12f;
        foreach (float coordinate in start)
            most = Math.Max(most, Math.Abs(coordinate));
        float[] y = new float[start.Length];

        // Rows that are equal, or start as one point, must be able to part.
        for (int i = 0; i < y.Length; i++)
            y[i] = (start[i / 2, i % 2] * Extent / most) + (1e-3f * (float)random.NextGaussian());
        return y;
    }

    private static (int From, int To, float Weight)[] Edges(NearestNeighbours near)
    {
        var directed = new Dictionary<(int, int), float>(near.Queries * near.Count);
        for (int i = 0; i < near.Queries; i++)
        {
            float[] weights = Weights(near, i);
            for (int j = 0; j < weights.Length; j++)
                directed[(i, near.Indices[i, j])] = weights[j];
        }

        // In the order of rows, whatever the dictionary does. What is too weak is never drawn.
        List<(int, int, float)> edges = [];
        foreach (((int from, int to), float weight) in directed)
        {
            float back = directed.GetValueOrDefault((to, from));
            float both = weight + back - (weight * back);
            edges.Add((from, to, both));
            if (!directed.ContainsKey((to, from)))
                edges.Add((to, from, both));
        }

        float least = edges.Max(edge => edge.Item3) / Epochs;
        return [.. edges.Where(edge => edge.Item3 >= least).OrderBy(edge => ((long)edge.Item1 << 32) + edge.Item2)];
    }

    private static float[] Weights(NearestNeighbours near, int row)
    {
        float[] distances = [.. Enumerable.Range(0, near.Count).Select(j => Math.Max(0, 1 - near.Similarities[row, j]))];
        float nearest = distances.Where(distance => distance > 0).DefaultIfEmpty(0).Min();
        double target = Math.Log2(near.Count), low = 0, high = double.PositiveInfinity, sigma = 1;
        for (int i = 0; i < 64; i++)
        {
            double sum = distances.Sum(distance => Math.Exp(-Math.Max(0, distance - nearest) / sigma));
            if (Math.Abs(sum - target) < 1e-5)
                break;
            if (sum > target)
                (high, sigma) = (sigma, (low + sigma) / 2);
            else
                (low, sigma) = (sigma, double.IsInfinity(high) ? sigma * 2 : (sigma + high) / 2);
        }

        // Where all neighbours are equally far, no width fits; a thousandth of their distance is as good as any.
        double width = Math.Max(sigma, 1e-3 * Math.Max(distances.Average(), 1e-9));
        return [.. distances.Select(distance => (float)Math.Exp(-Math.Max(0, distance - nearest) / width))];
    }

    // −2ab·s^{b − 1} / (1 + a·s^b) and 2b / ((0.001 + s)·(1 + a·s^b)) of the squared distance s: powers would take most of the time.
    private static readonly ForceTable pull = new(
        square => -2 * A * B * Math.Pow(square, B - 1) / (1 + (A * Math.Pow(square, B))));

    private static readonly ForceTable push = new(square => 2 * B / ((0.001 + square) * (1 + (A * Math.Pow(square, B)))));

    private static void Pull(float[] y, int from, int to, float rate)
    {
        float dx = y[from] - y[to], dy = y[from + 1] - y[to + 1], square = (dx * dx) + (dy * dy);
        if (square <= 0)
            return;
        float factor = pull.At(square);
        float x = rate * Math.Clamp(factor * dx, -Farthest, Farthest), z = rate * Math.Clamp(factor * dy, -Farthest, Farthest);
        y[from] += x;
        y[from + 1] += z;
        y[to] -= x;
        y[to + 1] -= z;
    }

    private static void Push(float[] y, int from, int other, float rate)
    {
        float dx = y[from] - y[other], dy = y[from + 1] - y[other + 1], square = (dx * dx) + (dy * dy);
        if (square <= 0)
            return;
        float factor = push.At(square);
        y[from] += rate * Math.Clamp(factor * dx, -Farthest, Farthest);
        y[from + 1] += rate * Math.Clamp(factor * dy, -Farthest, Farthest);
    }
}
