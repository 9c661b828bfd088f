using System.Runtime.InteropServices;
using System.Text.Json;
using Lethe.Ranks;
using Lethe.Recognition;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>Embeddings of a folder by several ranks: each reads and embeds its share of the files, in their order.</summary>
internal static class RankedEmbeddings
{
    /// <summary>The share of the files that this process has: which, and of how many.</summary>
    public static (int Index, int Count) Share => RankGroup.OfProcess is { } ranks ? (ranks.Rank, ranks.Count) : (0, 1);

    /// <summary>The embeddings of all files, from those of this process' share; the same on all ranks.</summary>
    /// <param name="own">By layer.</param>
    /// <param name="maxBadFiles">How many files may be skipped, over all ranks.</param>
    /// <returns>By layer.</returns>
    /// <exception cref="DataException">No file could be read, or too many could not.</exception>
    public static IReadOnlyDictionary<string, ImageEmbeddings> OfAll(
        IReadOnlyDictionary<string, ImageEmbeddings> own, int maxBadFiles)
    {
        if (RankGroup.OfProcess is not { } ranks)
            return own;
        var layers = own.OrderBy(layer => layer.Key, StringComparer.Ordinal);
        return layers.ToDictionary(layer => layer.Key, layer => Join(ranks, layer.Value, maxBadFiles));
    }

    private static ImageEmbeddings Join(RankGroup ranks, ImageEmbeddings own, int maxBadFiles)
    {
        string[] paths = [.. Texts(ranks, own.Paths)], skipped = [.. Texts(ranks, own.SkippedFiles)];
        if (paths.Length == 0)
        {
            throw new DataException(
                $"None of {skipped.Length} image files can be used, as\n  {skipped.FirstOrDefault()}\nGive a folder of whole image files.");
        }

        if (skipped.Length > maxBadFiles)
        {
            throw new DataException(
                $"{skipped.Length} image files cannot be used, and --max-bad-files is {maxBadFiles}. The first is\n  {skipped[0]}\nMend or "
                + "remove them, or raise --max-bad-files.");
        }

        byte[] bytes = [.. Bytes(ranks, MemoryMarshal.AsBytes(Flat(own.Rows))).SelectMany(part => part)];
        float[,] rows = new float[paths.Length, bytes.Length / sizeof(float) / paths.Length];
        Buffer.BlockCopy(bytes, 0, rows, 0, bytes.Length);
        return new ImageEmbeddings(rows, paths, skipped);
    }

    private static IEnumerable<string> Texts(RankGroup ranks, IReadOnlyList<string> own) =>
        Bytes(ranks, JsonSerializer.SerializeToUtf8Bytes(own)).SelectMany(part => JsonSerializer.Deserialize<string[]>(part)!);

    private static byte[][] Bytes(RankGroup ranks, ReadOnlySpan<byte> own)
    {
        int[] lengths = new int[ranks.Count];
        ranks.Gather(
            BitConverter.GetBytes(own.Length), MemoryMarshal.AsBytes(lengths.AsSpan()), [.. Enumerable.Repeat(sizeof(int), ranks.Count)]);
        byte[] all = new byte[lengths.Sum()];
        ranks.Gather(own, all, lengths);
        var parts = new byte[ranks.Count][];
        int at = 0;
        for (int rank = 0; rank < parts.Length; rank++)
        {
            parts[rank] = all[at..(at + lengths[rank])];
            at += lengths[rank];
        }

        return parts;
    }

    private static ReadOnlySpan<float> Flat(float[,] rows) =>
        rows.Length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(ref rows[0, 0], rows.Length);
}
