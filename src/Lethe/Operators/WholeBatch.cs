using Lethe.Numerics;
using Lethe.Ranks;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>Moments of a whole batch from those of a rank's rows, or of the rows there are where nothing is shared out.</summary>
internal static class WholeBatch
{
    /// <summary>Makes mean and variance of this rank's rows those of all.</summary>
    /// <param name="share">How the batch is shared out.</param>
    /// <param name="rows">Rows that this rank has.</param>
    /// <param name="mean">[C].</param>
    /// <param name="variance">[C], biased.</param>
    /// <remarks>
    /// By mean squares, whose doubles lose nothing that float32 could hold, as long as no mean is thousands of deviations from zero.
    /// </remarks>
    public static void Moments(BatchShare share, long rows, double[] mean, double[] variance)
    {
        (int channels, double part) = (mean.Length, rows / (double)share.Whole(rows));
        double[] shares = new double[2 * channels];
        for (int c = 0; c < channels; c++)
        {
            shares[c] = part * mean[c];
            shares[channels + c] = part * (variance[c] + mean[c] * mean[c]);
        }

        share.Ranks.Sum(shares.AsSpan());
        for (int c = 0; c < channels; c++)
        {
            mean[c] = shares[c];
            variance[c] = Math.Max(0, shares[channels + c] - mean[c] * mean[c]);
        }
    }

    /// <summary>Sums over the rows of all, from those over this rank's.</summary>
    /// <param name="share">How the batch is shared out; null gives back what was given.</param>
    /// <param name="sums">Of one length each.</param>
    /// <returns>As many.</returns>
    public static double[][] Sums(BatchShare? share, params double[][] sums)
    {
        if (share is null)
            return sums;
        double[] all = [.. sums.SelectMany(sum => sum)];
        share.Ranks.Sum(all.AsSpan());
        return [.. all.Chunk(sums[0].Length)];
    }

    /// <summary>The mean over all rows, as part of the graph.</summary>
    /// <param name="rows">This rank's, [M, C].</param>
    /// <param name="share">How the batch is shared out; null where these are all.</param>
    /// <returns>[C].</returns>
    public static Tensor Mean(Tensor rows, BatchShare? share) =>
        share is null ? rows.mean([0L]) : RankOperations.Sum(share.Ranks, rows.sum([0L])).Over(share.Whole(rows.shape[0]));
}
