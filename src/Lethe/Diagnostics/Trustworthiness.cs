using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// How far a picture in two dimensions may be believed: 1 where points that lie close in it are close in the features too, about ½ where
/// they were placed at random.
/// </summary>
/// <remarks>
/// With U_k(i) the k nearest points of i in the picture and r(i, j) the rank of j among the rows by cosine to i, from 1:
/// <code>
/// T = 1 − 2 / (n·k·(2N − 3k − 1)) · Σ_i Σ_{j ∈ U_k(i)} max(0, r(i, j) − k)
/// </code>
/// Source: Venna and Kaski 2001, "Neighborhood preservation in nonlinear projection methods". Deviation: of more than
/// <see cref="MostAsked"/> rows, n = that many evenly spaced ones are asked for i; ranks always go through all N.
/// </remarks>
internal static class Trustworthiness
{
    /// <summary>Neighbours that are looked at.</summary>
    public const int Neighbours = 10;

    /// <summary>Rows that are asked at most, which settles the second decimal.</summary>
    public const int MostAsked = 1000;

    /// <summary>Measures a picture of features.</summary>
    /// <param name="features">Shape [N, d], finite, N at least 3.</param>
    /// <param name="points">Shape [N, 2].</param>
    /// <returns>A number in [0, 1].</returns>
    /// <exception cref="ArgumentException">The shapes cannot be used or do not belong together.</exception>
    /// <exception cref="Lethe.Runtime.DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double Of(Tensor features, float[,] points)
    {
        FeatureCheck.Matrix(features, nameof(features));
        int count = (int)features.size(0);
        if (count < 3 || points.GetLength(0) != count || points.GetLength(1) != 2)
        {
            throw new ArgumentException(
                $"Expected [{count}, 2] points of at least 3 rows, found [{points.GetLength(0)}, {points.GetLength(1)}].", nameof(points));
        }

        int k = Math.Min(Neighbours, (count - 1) / 2), asked = Math.Min(count, MostAsked);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor rows = Magnitude.UnitRows(features, ScalarType.Float32);
        double penalty = 0;
        for (int start = 0; start < asked; start += 100)
        {
            using var block = NewDisposeScope();
            long[] places = [.. Enumerable.Range(start, Math.Min(100, asked - start)).Select(i => (long)i * count / asked)];
            Tensor cosines = rows.index_select(0, tensor(places)).matmul(rows.t()).contiguous().cpu(); // [b, N]
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(cosines.bytes);
            for (int row = 0; row < places.Length; row++)
            {
                ReadOnlySpan<float> own = values.Slice(row * count, count);
                foreach (int near in Near(points, (int)places[row], k))
                    penalty += Math.Max(0, Rank(own, (int)places[row], near) - k);
            }
        }

        return Math.Clamp(1 - (2 * penalty / ((double)asked * k * ((2.0 * count) - (3.0 * k) - 1))), 0, 1);
    }

    // From 1, without the row itself. Of equal cosines the better rank: a copy of a neighbour is one.
    private static int Rank(ReadOnlySpan<float> cosines, int self, int of)
    {
        int nearer = 0;
        float own = cosines[of];
        for (int i = 0; i < cosines.Length; i++)
            nearer += cosines[i] > own && i != self ? 1 : 0;
        return nearer + 1;
    }

    // By insertion into the nearest so far, of equal ones the first: to sort all would take most of the time of a map.
    private static int[] Near(float[,] points, int self, int k)
    {
        int count = points.GetLength(0), found = 0;
        int[] nearest = new int[k];
        Span<float> squares = stackalloc float[k];
        for (int i = 0; i < count; i++)
        {
            float x = points[i, 0] - points[self, 0], y = points[i, 1] - points[self, 1], square = (x * x) + (y * y);
            if (i == self || (found == k && square >= squares[k - 1]))
                continue;
            int place = found < k ? found++ : k - 1;
            for (; place > 0 && squares[place - 1] > square; place--)
                (nearest[place], squares[place]) = (nearest[place - 1], squares[place - 1]);
            (nearest[place], squares[place]) = (i, square);
        }

        return nearest;
    }
}
