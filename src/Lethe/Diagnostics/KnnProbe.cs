using System.Runtime.InteropServices;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// Weighted k nearest neighbours: the k rows of a bank with the largest cosine vote with exp(cos/τ) for their label; the
/// lowest label wins a tie. Source: Wu, Xiong, Yu and Lin 2018, arXiv:1805.01978.
/// </summary>
/// <remarks>A row of zeros has the cosine 0 with every row. Cosines are computed in float32, in blocks of queries.</remarks>
internal static class KnnProbe
{
    // Cosines held at a time: 16 MiB, which the allocator keeps from block to block; larger ones it gives back to the system each time.
    private const int BlockCosines = 1 << 22;

    /// <summary>Labels the queries by their neighbours in the bank and compares with their own labels.</summary>
    /// <param name="bank">Shape [N, d].</param>
    /// <param name="bankLabels">N labels, any integers, at least two different ones.</param>
    /// <param name="queries">Shape [M, d].</param>
    /// <param name="queryLabels">M labels.</param>
    /// <param name="options">k and τ; null takes the defaults.</param>
    /// <returns>Accuracy, and how many neighbours voted.</returns>
    /// <exception cref="ArgumentException">Shapes or counts do not fit together.</exception>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <exception cref="DataException">Features hold NaN or infinity, or the bank has one class only.</exception>
    public static KnnProbeResult Measure(
        Tensor bank, IReadOnlyList<int> bankLabels, Tensor queries, IReadOnlyList<int> queryLabels, KnnProbeOptions? options = null)
    {
        FeatureCheck.Shape(queries, 2, "[rows, dimension]", nameof(queries));
        FeatureCheck.Labels(queries, queryLabels, nameof(queryLabels));
        int[] predicted = Predict(bank, bankLabels, queries, options);
        bool[] hits = [.. predicted.Zip(queryLabels, (p, label) => p == label)];
        int voters = (int)Math.Min((options ?? new KnnProbeOptions()).Neighbours, bank.size(0));
        return new KnnProbeResult((double)hits.Count(hit => hit) / hits.Length, voters, bankLabels.Count, hits.Length)
        {
            Hits = Hits.Pack(hits),
        };
    }

    /// <summary>Labels the queries by their neighbours in the bank.</summary>
    /// <param name="bank">Shape [N, d].</param>
    /// <param name="bankLabels">N labels, any integers, at least two different ones.</param>
    /// <param name="queries">Shape [M, d].</param>
    /// <param name="options">k and τ; null takes the defaults.</param>
    /// <returns>M labels.</returns>
    /// <exception cref="ArgumentException">Shapes or counts do not fit together.</exception>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <exception cref="DataException">Features hold NaN or infinity, or the bank has one class only.</exception>
    public static int[] Predict(Tensor bank, IReadOnlyList<int> bankLabels, Tensor queries, KnnProbeOptions? options = null)
    {
        options ??= new KnnProbeOptions();
        options.Validate();
        FeatureCheck.Shape(bank, 2, "[rows, dimension]", nameof(bank));
        FeatureCheck.Labels(bank, bankLabels, nameof(bankLabels));
        int[] classes = [.. bankLabels.Distinct().Order()];
        if (classes.Length < 2)
            throw new DataException($"Nearest neighbours need a bank of at least two classes, found only class {classes[0]} in "
                + $"{bankLabels.Count} rows. Give more labelled rows.");

        int[] bankClasses = [.. bankLabels.Select(l => Array.BinarySearch(classes, l))];
        NearestNeighbours neighbours = Neighbours(bank, queries, options.Neighbours);
        int[] predicted = new int[neighbours.Queries];
        double[] votes = new double[classes.Length];
        for (int q = 0; q < predicted.Length; q++)
        {
            Array.Clear(votes);
            for (int i = 0; i < neighbours.Count; i++)
            {
                // The nearest one's cosine is taken off, which scales all votes alike and cannot overflow at a low temperature.
                double cosine = (double)neighbours.Similarities[q, i] - neighbours.Similarities[q, 0];
                votes[bankClasses[neighbours.Indices[q, i]]] += Math.Exp(cosine / options.Temperature);
            }

            predicted[q] = classes[Array.IndexOf(votes, votes.Max())];
        }

        return predicted;
    }

    /// <summary>The rows of the bank with the largest cosine to each query.</summary>
    /// <param name="bank">Shape [N, d].</param>
    /// <param name="queries">Shape [M, d].</param>
    /// <param name="k">How many, at least 1; a bank of fewer rows gives all it has.</param>
    /// <returns>Indices and cosines, shape [M, min(k, N)], nearest first, of equal cosines the lower row first.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    /// <exception cref="InvalidOptionException">k is less than 1.</exception>
    /// <exception cref="DataException">Features hold NaN or infinity; the message names the row.</exception>
    internal static NearestNeighbours Neighbours(Tensor bank, Tensor queries, int k)
    {
        FeatureCheck.Matrix(bank, nameof(bank));
        FeatureCheck.Matrix(queries, nameof(queries));
        if (bank.size(1) != queries.size(1))
            throw new ArgumentException(
                $"Expected queries of dimension {bank.size(1)}, as the bank, found {queries.size(1)}.", nameof(queries));
        if (k < 1)
            throw new InvalidOptionException($"The number of neighbours must be at least 1, found {k}.");

        int bankRows = (int)bank.size(0), queryRows = (int)queries.size(0), count = Math.Min(k, bankRows);
        int[,] indices = new int[queryRows, count];
        float[,] similarities = new float[queryRows, count];

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor columns = Normalised(bank).t(); // [d, N]
        var threads = new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() };
        int blockRows = Math.Clamp(BlockCosines / bankRows, 1, queryRows);
        float[] values = new float[blockRows * bankRows];
        for (int start = 0; start < queryRows; start += blockRows)
        {
            using var block = NewDisposeScope();
            int rows = Math.Min(blockRows, queryRows - start);
            Tensor cosines = Normalised(queries.narrow(0, start, rows)).matmul(columns).contiguous().cpu(); // [rows, N]
            MemoryMarshal.Cast<byte, float>(cosines.bytes).CopyTo(values);
            Parallel.For(0, rows, threads, row => Select(values.AsSpan(row * bankRows, bankRows), start + row, indices, similarities));
        }

        return new NearestNeighbours(indices, similarities);
    }

    /// <summary>The other rows with the largest cosine to each row.</summary>
    /// <param name="features">Shape [N, d], N at least 2.</param>
    /// <param name="k">How many, at least 1; fewer rows give all others.</param>
    /// <returns>Indices and cosines, shape [N, min(k, N − 1)], nearest first.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="DataException">Features hold NaN or infinity; the message names the row.</exception>
    internal static NearestNeighbours Others(Tensor features, int k)
    {
        NearestNeighbours all = Neighbours(features, features, k + 1);
        int count = all.Count - 1;
        int[,] indices = new int[all.Queries, count];
        float[,] similarities = new float[all.Queries, count];
        for (int row = 0; row < all.Queries; row++)
        {
            // Of a row with many copies it may not be among the nearest of itself.
            for (int i = 0, place = 0; place < count; i++)
            {
                if (all.Indices[row, i] == row)
                    continue;
                indices[row, place] = all.Indices[row, i];
                similarities[row, place++] = all.Similarities[row, i];
            }
        }

        return new NearestNeighbours(indices, similarities);
    }

    // By insertion into the sorted list of the best so far: most values fail the first comparison, and ties are decided by
    // order, which torch's topk leaves open.
    private static void Select(ReadOnlySpan<float> cosines, int query, int[,] indices, float[,] similarities)
    {
        int count = indices.GetLength(1), found = 0;
        float least = float.NegativeInfinity;
        for (int i = 0; i < cosines.Length; i++)
        {
            if (cosines[i] <= least || Math.Clamp(cosines[i], -1, 1) is var cosine && cosine <= least)
                continue;

            int place = found < count ? found++ : count - 1;
            for (; place > 0 && similarities[query, place - 1] < cosine; place--)
            {
                indices[query, place] = indices[query, place - 1];
                similarities[query, place] = similarities[query, place - 1];
            }

            indices[query, place] = i;
            similarities[query, place] = cosine;
            if (found == count)
                least = similarities[query, count - 1];
        }
    }

    private static Tensor Normalised(Tensor features) => Magnitude.UnitRows(features, ScalarType.Float32);
}
