using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Recognition;

/// <summary>
/// Embeddings to search in: nearest images by cosine, and pairs that lie close. Every row is compared, so what is found is exact: of a
/// hundred thousand embeddings of 512 numbers a query reads 200 MB.
/// </summary>
/// <remarks>Immutable, so any number of threads may use it. Holds N · d float32 numbers, each row of length 1.</remarks>
public sealed class EmbeddingIndex
{
    private readonly UnitRows rows;

    /// <summary>Makes an index.</summary>
    /// <param name="embeddings">One row for each image, [N, d], at least one, finite; of any length, which plays no part.</param>
    /// <param name="paths">What each row is called.</param>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    /// <exception cref="DataException">There is no row, or one holds NaN or infinity.</exception>
    public EmbeddingIndex(float[,] embeddings, IReadOnlyList<string> paths)
        : this(new ImageEmbeddings(embeddings, paths))
    {
    }

    /// <summary>Makes an index of the images of a folder.</summary>
    /// <param name="images">The embeddings, at least one.</param>
    /// <exception cref="DataException">There is no row, or one holds NaN or infinity.</exception>
    public EmbeddingIndex(ImageEmbeddings images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0 || images.Dimension == 0)
            throw new DataException("There is no embedding to search in. Give at least one.");
        Paths = [.. images.Paths];
        rows = new UnitRows(images.Rows, index => Paths[index]);
    }

    /// <summary>How many images there are.</summary>
    public int Count => rows.Count;

    /// <summary>Numbers of an embedding.</summary>
    public int Dimension => rows.Dimension;

    /// <summary>What each row is called.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>
    /// Reads an index, or what <c>lethe embed --out FILE.npy</c> wrote: embeddings in a .npy file, [N, d], and the paths beside it in a
    /// file of the same name that ends in .txt, one a line, a path with a line break as a JSON string.
    /// </summary>
    /// <param name="path">The .npy file.</param>
    /// <returns>The index.</returns>
    /// <exception cref="DataException">A file is missing or not what it should be, or the counts differ.</exception>
    public static EmbeddingIndex Load(string path)
    {
        NpyArray array = NpyFile.Read(path);
        if (array.Shape.Count != 2 || array.Values is not (float[] or double[]))
            throw new DataException(
                $"Expected embeddings of shape [N, d] in {path}, found [{string.Join(", ", array.Shape)}] of '{array.ElementType}'.");
        var rows = new float[array.Shape[0], array.Shape[1]];
        float[] values = array.Values as float[] ?? [.. ((double[])array.Values).Select(value => (float)value)];
        Buffer.BlockCopy(values, 0, rows, 0, rows.Length * sizeof(float));
        string names = Path.ChangeExtension(path, ".txt");
        string[] paths;
        try
        {
            paths = [.. File.ReadAllLines(names).Select(PathLines.Read)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"Cannot read the paths of the embeddings in {path}: {error.Message} Expected them in {names}.", error);
        }

        return paths.Length == rows.GetLength(0)
            ? new EmbeddingIndex(rows, paths)
            : throw new DataException(
                $"{path} holds {rows.GetLength(0)} embeddings and {names} {paths.Length} paths. They do not belong together: write them "
                + "again.");
    }

    /// <summary>Writes the index as <see cref="Load"/> reads it, each of the two files whole or not at all.</summary>
    /// <param name="path">The file of the embeddings, which ends in .npy.</param>
    /// <exception cref="InvalidOptionException">The name ends otherwise.</exception>
    /// <exception cref="RunException">A file cannot be written.</exception>
    public void Save(string path)
    {
        if (!string.Equals(Path.GetExtension(path), ".npy", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOptionException($"An index is written to a file that ends in .npy; found '{path}'.");
        AtomicFile.Write(Path.ChangeExtension(path, ".txt"), stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (string one in Paths)
                writer.Write(PathLines.Of(one) + "\n");
        });
        float[] flat = new float[(long)Count * Dimension];
        for (int i = 0; i < Count; i++)
            rows.Row(i).CopyTo(flat.AsSpan(i * Dimension));
        AtomicFile.Write(path, stream => NpyFile.Write(stream, flat, [Count, Dimension]));
    }

    /// <summary>The nearest images of one embedding.</summary>
    /// <param name="query">d numbers, finite.</param>
    /// <param name="count">How many, at least 1; there are fewer where the index holds fewer.</param>
    /// <returns>Nearest first, of equally near ones the lower row.</returns>
    /// <exception cref="ArgumentException">The query has another dimension.</exception>
    /// <exception cref="DataException">The query holds NaN or infinity.</exception>
    public IReadOnlyList<Neighbour> Nearest(ReadOnlySpan<float> query, int count)
    {
        var queries = new float[1, query.Length];
        for (int j = 0; j < query.Length; j++)
            queries[0, j] = query[j];
        return Nearest(queries, count)[0];
    }

    /// <summary>The nearest images of several embeddings, on all cores.</summary>
    /// <param name="queries">[M, d], finite.</param>
    /// <param name="count">How many for each, at least 1; there are fewer where the index holds fewer.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>For each query: nearest first, of equally near ones the lower row.</returns>
    /// <exception cref="ArgumentException">The queries have another dimension.</exception>
    /// <exception cref="DataException">A query holds NaN or infinity.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<Neighbour>> Nearest(float[,] queries, int count, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        CheckDimension(queries.GetLength(1), nameof(queries));
        var asked = new UnitRows(queries, index => $"query {index}");
        int blocks = (Count + Cosines.Block - 1) / Cosines.Block, parts = Math.Min(blocks, Environment.ProcessorCount);
        var found = new NearestList[parts][];
        Parallel.For(0, parts, new ParallelOptions { CancellationToken = cancellation }, part =>
        {
            NearestList[] nearest = found[part] = [.. Enumerable.Range(0, asked.Count).Select(_ => new NearestList(count))];
            Span<float> products = stackalloc float[(Cosines.Block + 1) * UnitRows.Group];
            for (int block = part; block < blocks; block += parts)
            {
                cancellation.ThrowIfCancellationRequested();
                int from = block * Cosines.Block, rowsHere = Math.Min(Cosines.Block, Count - from);
                for (int query = 0; query < asked.Count; query++)
                {
                    int place = query % UnitRows.Group;
                    if (place == 0)
                        Cosines.Multiply(rows, from, rowsHere, asked, query, products);
                    for (int i = 0; i < rowsHere; i++)
                        nearest[query].Add(from + i, products[(i * UnitRows.Group) + place]);
                }
            }
        });
        return [.. Enumerable.Range(0, asked.Count).Select(query => Merged(found, query, count))];
    }

    /// <summary>Pairs of images of this index that lie close: the same picture twice, or nearly.</summary>
    /// <param name="similarity">The least cosine, in (−1, 1].</param>
    /// <param name="most">At most so many, the most similar ones.</param>
    /// <param name="cancellation">Stops the search, which compares all N(N − 1)/2 pairs.</param>
    /// <returns>Each pair once, most similar first.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<SimilarPair> Duplicates(double similarity, int most = 10_000, CancellationToken cancellation = default) =>
        Pairs(this, similarity, most, cancellation);

    /// <summary>Images of this index that lie close to images of another, as test images to images of training.</summary>
    /// <param name="other">An index of embeddings by the same encoder.</param>
    /// <param name="similarity">The least cosine, in (−1, 1].</param>
    /// <param name="most">At most so many pairs, the most similar ones.</param>
    /// <param name="cancellation">Stops the search, which compares every image of the one with every image of the other.</param>
    /// <returns>Pairs, most similar first.</returns>
    /// <exception cref="ArgumentException">The other index has another dimension.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<SimilarPair> Duplicates(
        EmbeddingIndex other, double similarity, int most = 10_000, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        CheckDimension(other.Dimension, nameof(other));
        return Pairs(other, similarity, most, cancellation);
    }

    private SimilarPair[] Pairs(EmbeddingIndex other, double similarity, int most, CancellationToken cancellation)
    {
        if (!(similarity is > -1 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(similarity), similarity, "Expected a cosine above −1 and at most 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        bool within = ReferenceEquals(this, other);
        float least = (float)similarity;
        int blocks = (Count + Cosines.Block - 1) / Cosines.Block;
        var found = new List<SimilarPair>[blocks];
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellation }, block =>
        {
            List<SimilarPair> pairs = found[block] = [];
            Span<float> products = stackalloc float[(Cosines.Block + 1) * UnitRows.Group];
            int from = block * Cosines.Block, count = Math.Min(Cosines.Block, Count - from);
            for (int group = within ? from : 0; group < other.Count; group += UnitRows.Group)
            {
                Cosines.Multiply(rows, from, count, other.rows, group, products);
                for (int i = 0; i < count; i++)
                {
                    for (int j = 0; j < Math.Min(UnitRows.Group, other.Count - group); j++)
                    {
                        float cosine = products[(i * UnitRows.Group) + j];
                        if (cosine >= least && (!within || group + j > from + i))
                            pairs.Add(new SimilarPair(from + i, group + j, Paths[from + i], other.Paths[group + j], cosine));
                    }
                }

                // Where everything resembles everything, all pairs are more than memory holds.
                if (pairs.Count > (2L * most) + 4096)
                    Cut(pairs, most);
            }
        });
        List<SimilarPair> all = [.. found.SelectMany(pairs => pairs)];
        Cut(all, most);
        return [.. all];
    }

    private static void Cut(List<SimilarPair> pairs, int most)
    {
        pairs.Sort((a, b) => (b.Similarity, a.First, a.Second).CompareTo((a.Similarity, b.First, b.Second)));
        if (pairs.Count > most)
            pairs.RemoveRange(most, pairs.Count - most);
    }

    private Neighbour[] Merged(NearestList[][] found, int query, int count)
    {
        var all = new NearestList(count);
        foreach (NearestList[] part in found)
        {
            foreach ((int index, float similarity) in part[query].Best)
                all.Add(index, similarity);
        }

        return [.. all.Best.Select(one => new Neighbour(one.Index, Paths[one.Index], one.Similarity))];
    }

    private void CheckDimension(int dimension, string name)
    {
        if (dimension != Dimension)
            throw new ArgumentException(
                $"Expected embeddings of {Dimension} numbers, found {dimension}. Use one encoder and one layer for both.", name);
    }
}
