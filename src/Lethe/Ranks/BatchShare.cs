using Lethe.Runtime;

namespace Lethe.Ranks;

/// <summary>How the images of a batch are shared out to the ranks: in their order, and evenly.</summary>
/// <param name="Ranks">The ranks.</param>
/// <param name="Images">Images of the whole batch, at least one for each rank.</param>
internal sealed record BatchShare(RankGroup Ranks, int Images)
{
    /// <summary>Shares a batch out.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="images">Its images.</param>
    /// <returns>The shares.</returns>
    /// <exception cref="InvalidOptionException">There are more ranks than images.</exception>
    public static BatchShare Of(RankGroup ranks, int images) => images >= ranks.Count
        ? new BatchShare(ranks, images)
        : throw new InvalidOptionException(
            $"A batch of {images} images cannot be shared out to {ranks.Count} ranks. Raise --batch-size, or use fewer ranks.");

    /// <summary>Images that this rank has.</summary>
    public int Own => Size(Ranks.Rank);

    /// <summary>The places in the batch of this rank's images.</summary>
    public Range Range => Begin(Ranks.Rank)..Begin(Ranks.Rank + 1);

    /// <summary>The place in the batch of the first image of a rank; of the rank after the last, the size of the batch.</summary>
    /// <param name="rank">Which.</param>
    /// <returns>From 0.</returns>
    public int Begin(int rank) => (int)((long)Images * rank / Ranks.Count);

    /// <summary>Images that a rank has.</summary>
    /// <param name="rank">Which.</param>
    /// <returns>At least 1.</returns>
    public int Size(int rank) => Begin(rank + 1) - Begin(rank);

    /// <summary>How many rows the whole batch has, of which each image has as many.</summary>
    /// <param name="rows">Rows of this rank's images.</param>
    /// <returns>Rows of all.</returns>
    public long Whole(long rows) => rows / Own * Images;
}
