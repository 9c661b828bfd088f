using Lethe.Diagnostics;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// k-means (Lloyd 1982) from seeds spread out by k-means++ (Arthur and Vassilvitskii 2007), the best of several starts by the sum of
/// squared distances to the centres.
/// </summary>
internal sealed class KMeans
{
    private readonly float[] centres;
    private readonly int dimension;
    private readonly double unit;

    private KMeans(float[] centres, int dimension, double unit, double inertia)
    {
        this.centres = centres;
        this.dimension = dimension;
        this.unit = unit;
        Inertia = inertia;
    }

    /// <summary>The centres, [k, d] row by row.</summary>
    public IReadOnlyList<float> Centres => unit == 1 ? centres : [.. centres.Select(number => (float)(number * unit))];

    /// <summary>Σ ‖x − centre of x‖² over the rows that were fitted on.</summary>
    public double Inertia { get; }

    /// <summary>Finds centres.</summary>
    /// <param name="features">[N, d], finite, N at least k.</param>
    /// <param name="clusters">k, at least 1.</param>
    /// <param name="restarts">How many starts, at least 1.</param>
    /// <param name="seed">Decides the starts.</param>
    /// <param name="maxIterations">Ends a start that has not settled.</param>
    /// <param name="cancellation">Stops between two starts.</param>
    /// <returns>The centres of the best start.</returns>
    /// <exception cref="ArgumentException">A number does not fit.</exception>
    public static KMeans Fit(
        Tensor features, int clusters, int restarts, ulong seed, int maxIterations = 100, CancellationToken cancellation = default)
    {
        if (features.dim() != 2 || clusters < 1 || features.size(0) < clusters)
            throw new ArgumentException(
                $"Expected features [N, d] of at least {clusters} rows, found [{string.Join(", ", features.shape)}].", nameof(features));
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        double unit = Unit(features);
        Tensor X = In(unit, features);
        Tensor? best = null;
        double least = double.PositiveInfinity;
        for (int restart = 0; restart < restarts; restart++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var start = NewDisposeScope();
            var random = new RandomStream(RandomStream.Derive(seed, (ulong)restart));
            (Tensor found, double inertia) = Settle(X, Spread(X, clusters, ref random), maxIterations);
            if (!(inertia < least))
                continue;
            best?.Dispose();
            (best, least) = (found.MoveToOuterDisposeScope(), inertia);
        }

        return new KMeans(best!.cpu().contiguous().data<float>().ToArray(), (int)X.size(1), unit, least * unit * unit);
    }

    /// <summary>The nearest centre of each row; the lower one of two equally near.</summary>
    /// <param name="features">[M, d].</param>
    /// <returns>M numbers from 0 to k − 1.</returns>
    public int[] Assign(Tensor features)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor C = tensor(centres).reshape(-1, dimension);
        return [.. Distances(In(unit, features), C).argmin(1).data<long>().ToArray().Select(index => (int)index)];
    }

    // What is nearest does not depend on the scale; where squares of float32 would overflow or vanish, the largest number is the unit.
    private static double Unit(Tensor features)
    {
        double most = Magnitude.Largest(features);
        return most == 0 || Magnitude.IsTame(most, ScalarType.Float32) ? 1 : most;
    }

    private static Tensor In(double unit, Tensor features) =>
        (unit == 1 ? features : features.to(ScalarType.Float64) / tensor(unit, dtype: ScalarType.Float64)).to(ScalarType.Float32);

    // ‖x − c‖² less ‖x‖², which does not change which centre is the nearest.
    private static Tensor Distances(Tensor X, Tensor C) => C.Squared().sum([1]) - X.matmul(C.t()).Times(2); // [N, k]

    private static Tensor Spread(Tensor X, int clusters, ref RandomStream random)
    {
        int rows = (int)X.size(0);
        int[] chosen = new int[clusters];
        chosen[0] = random.NextInt(rows);
        double[] nearest = new double[rows];
        Array.Fill(nearest, double.PositiveInfinity);
        for (int k = 1; k < clusters; k++)
        {
            using var scope = NewDisposeScope();
            float[] distance = (X - X[chosen[k - 1]]).Squared().sum([1]).data<float>().ToArray();
            double total = 0;
            for (int i = 0; i < rows; i++)
                total += nearest[i] = Math.Min(nearest[i], distance[i]);
            double place = random.NextDouble() * total;
            int row = 0;
            while (row < rows - 1 && (place -= nearest[row]) > 0)
                row++;
            chosen[k] = row;
        }

        return X.index_select(0, tensor(chosen.Select(i => (long)i).ToArray()));
    }

    private static (Tensor Centres, double Inertia) Settle(Tensor X, Tensor centres, int maxIterations)
    {
        long clusters = centres.size(0);
        Tensor squares = X.Squared().sum([1]); // [N]
        Tensor? assigned = null;
        for (int iteration = 0; iteration < maxIterations; iteration++)
        {
            using var scope = NewDisposeScope();
            Tensor distances = Distances(X, centres); // [N, k]
            Tensor now = distances.argmin(1); // [N]
            if (assigned is not null && now.eq(assigned).all().item<bool>())
                break;
            Tensor members = nn.functional.one_hot(now, clusters).to(ScalarType.Float32); // [N, k]
            Tensor counts = members.sum([0]); // [k]
            Tensor moved = members.t().matmul(X) / counts.AtLeast(1).unsqueeze(1); // [k, d]

            // A cluster that lost all its rows begins again at the row that is farthest from its own centre.
            Tensor far = distances.amin([1]).Plus(squares).argsort(descending: true);
            long taken = 0;
            for (long k = 0; k < clusters; k++)
            {
                if (counts[k].item<float>() == 0)
                    moved[k] = X[far[taken++]];
            }

            assigned?.Dispose();
            centres.Dispose();
            assigned = now.MoveToOuterDisposeScope();
            centres = moved.MoveToOuterDisposeScope();
        }

        double inertia = Distances(X, centres).amin([1]).Plus(squares).AtLeast(0).sum(ScalarType.Float64).Value();
        return (centres, inertia);
    }
}
