using System.Runtime.InteropServices;
using Lethe.Numerics;
using Lethe.Ranks;

namespace Lethe.Tests.Ranks;

/// <summary>Numbers between ranks.</summary>
public sealed class SocketRanksTests
{
    /// <summary>Short vectors, long ones, and lengths that ranks cannot share out evenly.</summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 7)]
    [InlineData(2, 100_003)]
    [InlineData(3, 200_001)]
    public void Sum_AnyLength_IsTheSumOnEveryRankToTheBit(int count, int length)
    {
        float[][] values = [.. Enumerable.Range(0, count).Select(rank => Numbers(rank, length))];
        float[][] single = ThreadRanks.Run(count, group =>
        {
            float[] own = [.. values[group.Rank]];
            group.Sum(own.AsSpan());
            return own;
        });
        double[][] wide = ThreadRanks.Run(count, group =>
        {
            double[] own = [.. values[group.Rank].Select(value => (double)value)];
            group.Sum(own.AsSpan());
            return own;
        });
        double[] expected = [.. Enumerable.Range(0, length).Select(i => values.Sum(rank => (double)rank[i]))];
        Assert.All(single, sums => Assert.Equal(single[0], sums));
        Assert.All(wide, sums => Assert.Equal(wide[0], sums));
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(expected[i], wide[0][i], 1e-12);
            Assert.Equal(expected[i], single[0][i], 1e-5);
        }
    }

    [Fact]
    public void Gather_UnequalParts_LieInTheOrderOfRanks()
    {
        int[] lengths = [2, 0, 300_000];
        byte[][] all = ThreadRanks.Run(3, group =>
        {
            byte[] own = new byte[lengths[group.Rank]], gathered = new byte[lengths.Sum()];
            own.AsSpan().Fill((byte)(group.Rank + 1));
            group.Gather(own, gathered, lengths);
            return gathered;
        });
        byte[] expected = [.. lengths.Index().SelectMany(part => Enumerable.Repeat((byte)(part.Index + 1), part.Item))];
        Assert.All(all, gathered => Assert.Equal(expected, gathered));
    }

    [Fact]
    public void Broadcast_Text_IsThatOfRankZero() => Assert.Equal(
        ["ä0", "ä0", "ä0"], ThreadRanks.Run(3, group => RankText.Broadcast(group, $"ä{group.Rank}")));

    [Fact]
    public void Sum_RankThatFailed_IsNamedWithItsReasonOnAllOthers()
    {
        (int, Exception? Error)[] all = ThreadRanks.Try(3, group =>
        {
            double[] values = [1];
            group.Sum(values.AsSpan());
            if (group.Rank == 1)
                throw new InvalidOperationException("its disk is full.");
            group.Sum(values.AsSpan());
            return 0;
        });
        Assert.IsType<InvalidOperationException>(all[1].Error);
        foreach (int rank in new[] { 0, 2 })
        {
            string message = Assert.IsType<RankGroupException>(all[rank].Error).Message;
            Assert.Contains("ank 1 of 3 on ", message, StringComparison.Ordinal);
            Assert.Contains("--resume", message, StringComparison.Ordinal);
        }

        Assert.Contains(all, one => one.Error!.Message.Contains("its disk is full", StringComparison.Ordinal) && one.Error is RankGroupException);
    }

    [Fact]
    public void Sum_RankThatIsGone_IsNamed()
    {
        (int, Exception? Error)[] all = ThreadRanks.Try(2, group =>
        {
            if (group.Rank == 1)
                group.Dispose();
            double[] values = [1];
            group.Sum(values.AsSpan());
            return 0;
        });
        Assert.StartsWith("Rank 1 of 2 on ", all[0].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sum_RanksAtDifferentPlaces_AreFoundOut()
    {
        (int, Exception? Error)[] all = ThreadRanks.Try(2, group =>
        {
            double[] values = new double[1 + group.Rank];
            group.Sum(values.AsSpan());
            return 0;
        });
        Assert.Contains(all, one => one.Error!.Message.Contains("another place in the work", StringComparison.Ordinal));
    }

    [Fact]
    public void Own_OfEveryShare_CoversTheBatchOnce()
    {
        int[][] places = ThreadRanks.Run(3, group => Enumerable.Range(0, 8).Take(new BatchShare(group, 8).Range).ToArray());
        Assert.Equal(Enumerable.Range(0, 8), places.SelectMany(own => own));
        Assert.All(places, own => Assert.InRange(own.Length, 2, 3));
    }

    private static float[] Numbers(int rank, int length)
    {
        var random = new RandomStream((ulong)rank + 1);
        float[] values = new float[length];
        foreach (ref float value in MemoryMarshal.CreateSpan(ref values[0], length))
            value = (float)random.NextGaussian();
        return values;
    }
}
