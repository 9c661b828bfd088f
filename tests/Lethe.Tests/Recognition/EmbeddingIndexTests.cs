using Lethe.Recognition;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Tests.Recognition;

public sealed class EmbeddingIndexTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, 1, 1, 5)]
    [InlineData(7, 3, 5, 3)]
    [InlineData(300, 17, 9, 10)]
    [InlineData(129, 64, 1, 200)]
    public void Nearest_Rows_AreThoseOfTheDefinition(int count, int dimension, int queries, int asked)
    {
        (float[,] rows, _) = Clouds.Make(count, 1, dimension, 1, seed: 3);
        (float[,] query, _) = Clouds.Make(queries, 1, dimension, 1, seed: 4);
        EmbeddingIndex index = Of(rows);
        IReadOnlyList<IReadOnlyList<Neighbour>> found = index.Nearest(query, asked);
        for (int q = 0; q < queries; q++)
        {
            (int Index, double Cosine)[] expected =
                [.. Enumerable.Range(0, count).Select(i => (i, Cosine(rows, i, query, q))).OrderByDescending(one => one.Item2).Take(asked)];
            Assert.Equal(expected.Length, found[q].Count);
            for (int k = 0; k < expected.Length; k++)
            {
                // Rounding may turn around what is equally near, as everything is in one dimension.
                Assert.Equal(expected[k].Cosine, found[q][k].Similarity, 1e-5);
                Assert.Equal(Cosine(rows, found[q][k].Index, query, q), found[q][k].Similarity, 1e-5);
                Assert.Equal($"image {found[q][k].Index}", found[q][k].Path);
            }

            Assert.Equal(found[q], index.Nearest(Clouds.Row(query, q), asked));
        }
    }

    [Fact]
    public void Nearest_EquallyNearRows_ComeInTheirOrder()
    {
        var rows = new float[500, 4];
        for (int i = 0; i < 500; i++)
            rows[i, i % 2] = 1 + (i % 7);
        Assert.Equal([1, 3, 5, 7, 9], Of(rows).Nearest([0, 2, 0, 0], 5).Select(one => one.Index));
    }

    [Fact]
    public void Nearest_ARowOfZeros_IsSimilarToNothing()
    {
        EmbeddingIndex index = Of(new float[,] { { 0, 0 }, { 0, 3 } });
        Assert.Equal([(1, 1f), (0, 0f)], index.Nearest([0, 2], 2).Select(one => (one.Index, one.Similarity)));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.6)]
    public void Duplicates_WithinAndAcross_AreAllPairsOfTheDefinition(double similarity)
    {
        (float[,] rows, _) = Clouds.Make(290, 1, 6, 1, seed: 5);
        (float[,] others, _) = Clouds.Make(133, 1, 6, 1, seed: 6);
        var within =
            from i in Enumerable.Range(0, 290)
            from j in Enumerable.Range(i + 1, 289 - i)
            where Cosine(rows, i, rows, j) >= similarity
            select (i, j);
        var across =
            from i in Enumerable.Range(0, 290)
            from j in Enumerable.Range(0, 133)
            where Cosine(rows, i, others, j) >= similarity
            select (i, j);
        IReadOnlyList<SimilarPair> found = Of(rows).Duplicates(similarity, most: 100_000);
        Assert.NotEmpty(found);
        Assert.Equal(within, found.Select(pair => (pair.First, pair.Second)).Order());
        Assert.Equal(found, found.OrderByDescending(pair => pair.Similarity));
        Assert.Equal(across, Of(rows).Duplicates(Of(others), similarity, most: 100_000).Select(pair => (pair.First, pair.Second)).Order());
    }

    [Fact]
    public void Duplicates_MoreThanAskedFor_AreTheMostSimilar()
    {
        (float[,] rows, _) = Clouds.Make(200, 1, 3, 1, seed: 7);
        IReadOnlyList<SimilarPair> all = Of(rows).Duplicates(-0.99, most: 100_000);
        Assert.True(all.Count > 15_000);
        Assert.Equal(all.Take(40), Of(rows).Duplicates(-0.99, most: 40));
    }

    [Fact]
    public void Save_AndLoad_FindTheSame()
    {
        (float[,] rows, _) = Clouds.Make(20, 1, 5, 1, seed: 8);
        EmbeddingIndex index = Of(rows);
        index.Save(folder["index.npy"]);
        EmbeddingIndex loaded = EmbeddingIndex.Load(folder["index.npy"]);
        Assert.Equal(index.Paths, loaded.Paths);
        IReadOnlyList<Neighbour> expected = index.Nearest([1, 2, 3, 4, 5], 20), found = loaded.Nearest([1, 2, 3, 4, 5], 20);
        Assert.Equal(expected.Select(one => one.Index), found.Select(one => one.Index));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Similarity, pair.Second.Similarity, 1e-6f));
    }

    [Fact]
    public void Load_WhatDoesNotBelongTogether_SaysSo()
    {
        AtomicFile.Write(folder["a.npy"], stream => NpyFile.Write(stream, new float[6], [3, 2]));
        Assert.Contains(folder["a.txt"], Assert.Throws<DataException>(() => EmbeddingIndex.Load(folder["a.npy"])).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["a.txt"], "x\ny\n");
        Assert.Contains(
            "3 embeddings and", Assert.Throws<DataException>(() => EmbeddingIndex.Load(folder["a.npy"])).Message, StringComparison.Ordinal);
        AtomicFile.Write(folder["a.npy"], stream => NpyFile.Write(stream, new float[6], [6]));
        Assert.Contains("[N, d]", Assert.Throws<DataException>(() => EmbeddingIndex.Load(folder["a.npy"])).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => EmbeddingIndex.Load(folder["none.npy"]));
    }

    [Fact]
    public void Load_PathsThatBreakLines_ComeBackAsTheyWere()
    {
        string[] paths = ["two\nlines.png", "\ttab.png", "\"quoted\".png", @"back\slash.png", "plain.png", "carriage\rreturn.png"];
        new EmbeddingIndex(new float[6, 2], paths).Save(folder["index.npy"]);
        Assert.Equal(6, File.ReadAllLines(folder["index.txt"]).Length);
        Assert.Equal(paths, EmbeddingIndex.Load(folder["index.npy"]).Paths);
    }

    [Fact]
    public void Misuse_OfAnIndex_SaysWhatWasExpected()
    {
        EmbeddingIndex index = Of(new float[,] { { 1, 2 }, { 3, 4 } });
        Assert.Contains("2 numbers", Assert.Throws<ArgumentException>(() => index.Nearest([1, 2, 3], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Nearest([1, 2], 0));
        Assert.Throws<ArgumentException>(() => index.Duplicates(Of(new float[1, 3]), 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Duplicates(double.NaN));
        Assert.Contains(
            "query 0", Assert.Throws<DataException>(() => index.Nearest([1, float.NaN], 1)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "image 1", Assert.Throws<DataException>(() => Of(new float[,] { { 1 }, { float.PositiveInfinity } })).Message,
            StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Of(new float[0, 3]));
        Assert.Throws<ArgumentException>(() => new EmbeddingIndex(new float[2, 2], ["one"]));
        Assert.Throws<InvalidOptionException>(() => index.Save(folder["index.bin"]));
    }

    [Fact]
    public void ByFolder_Paths_GiveClassesInOrder()
    {
        (int[] labels, string[] names) = new ImageEmbeddings(new float[3, 1], ["b/1.png", "a/x/2.png", "b/3.png"]).ByFolder();
        Assert.Equal(["a", "b"], names);
        Assert.Equal([1, 0, 1], labels);
        Assert.Contains(
            "2.png", Assert.Throws<DataException>(() => new ImageEmbeddings(new float[2, 1], ["b/1.png", "2.png"]).ByFolder()).Message,
            StringComparison.Ordinal);
    }

    private static EmbeddingIndex Of(float[,] rows) => new(rows, [.. Enumerable.Range(0, rows.GetLength(0)).Select(i => $"image {i}")]);

    private static double Cosine(float[,] a, int i, float[,] b, int j)
    {
        double product = 0, x = 0, y = 0;
        for (int k = 0; k < a.GetLength(1); k++)
        {
            product += (double)a[i, k] * b[j, k];
            x += (double)a[i, k] * a[i, k];
            y += (double)b[j, k] * b[j, k];
        }

        return product / Math.Sqrt(x * y);
    }
}
