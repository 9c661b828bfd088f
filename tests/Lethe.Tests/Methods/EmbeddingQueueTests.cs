using Lethe.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class EmbeddingQueueTests
{
    [Fact]
    public void Constructor_SeededByTorch_HoldsRandomDirections()
    {
        using var scope = NewDisposeScope();
        using EmbeddingQueue one = Seeded(3), again = Seeded(3), other = Seeded(4);
        Assert.Equal([5, 2], one.Rows.shape);
        Assert.True(Tiny.Value((one.Rows.norm(1) - 1).abs().max()) < 1e-6);
        Assert.Equal(Tiny.Bits(one), Tiny.Bits(again));
        Assert.NotEqual(Tiny.Bits(one), Tiny.Bits(other));
        Assert.False(one.IsFull);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmbeddingQueue(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmbeddingQueue(2, 0));
    }

    /// <summary>M = 5 in batches of 2: the third wraps around, and the oldest always goes first.</summary>
    [Fact]
    public void Enqueue_LengthNoMultipleOfTheBatch_WrapsAround()
    {
        using var scope = NewDisposeScope();
        using EmbeddingQueue queue = Seeded(1);
        float[] start = queue.Rows.data<float>().ToArray();
        queue.Enqueue(Rows(0, 2));
        Assert.Equal([0, 0, 1, 1, .. start[4..]], queue.Rows.data<float>().ToArray());
        queue.Enqueue(Rows(2, 2));
        Assert.False(queue.IsFull);
        queue.Enqueue(Rows(4, 2));
        Assert.True(queue.IsFull);
        Assert.Equal([5, 5, 1, 1, 2, 2, 3, 3, 4, 4], queue.Rows.data<float>().ToArray());
        queue.Enqueue(Rows(6, 2));
        Assert.Equal([5, 5, 6, 6, 7, 7, 3, 3, 4, 4], queue.Rows.data<float>().ToArray());
    }

    [Fact]
    public void Enqueue_ExactlyItsLength_IsFull()
    {
        using var scope = NewDisposeScope();
        using EmbeddingQueue queue = Seeded(1);
        queue.Enqueue(Rows(0, 4));
        Assert.False(queue.IsFull);
        queue.Enqueue(Rows(4, 1));
        Assert.True(queue.IsFull);
    }

    [Fact]
    public void Enqueue_MoreThanItsLength_KeepsTheLast()
    {
        using var scope = NewDisposeScope();
        using EmbeddingQueue queue = Seeded(1);
        queue.Enqueue(Rows(0, 2));
        queue.Enqueue(Rows(2, 8));
        Assert.Equal([5, 6, 7, 8, 9], queue.Rows.select(1, 0).data<float>().ToArray().Order());
        queue.Enqueue(Rows(10, 1)); // for the oldest of these
        Assert.Equal([6, 7, 8, 9, 10], queue.Rows.select(1, 0).data<float>().ToArray().Order());
    }

    [Fact]
    public void Enqueue_RowsWithGradient_AreCopiedWithoutIt()
    {
        using var scope = NewDisposeScope();
        using EmbeddingQueue queue = Seeded(1);
        Tensor rows = Rows(0, 2).requires_grad_();
        queue.Enqueue(rows * 1);
        Assert.False(queue.Rows.requires_grad);
        using (no_grad())
            rows.fill_(9);
        Assert.Equal(0, queue.Rows[0, 0].item<float>());
    }

    [Fact]
    public void StateDict_IntoAnotherQueue_GoesOnAtTheSamePlace()
    {
        using var scope = NewDisposeScope();
        using EmbeddingQueue one = Seeded(1), other = Seeded(2);
        one.Enqueue(Rows(0, 4));
        other.load_state_dict(one.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone()));
        one.Enqueue(Rows(4, 3));
        other.Enqueue(Rows(4, 3));
        Assert.Equal(Tiny.Bits(one), Tiny.Bits(other));
        Assert.True(other.IsFull);
    }

    [Fact]
    public void Enqueue_DoublePrecision_KeepsIt()
    {
        using var scope = NewDisposeScope();
        using EmbeddingQueue queue = Seeded(1);
        queue.to(ScalarType.Float64);
        queue.Enqueue(full(1, 2, 0.1, dtype: ScalarType.Float64));
        Assert.Equal(0.1, queue.Rows[0, 0].item<double>());
    }

    [Fact]
    public void Enqueue_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        using EmbeddingQueue queue = Seeded(1);
        foreach (long[] shape in (long[][])[[2, 3], [2], [2, 2, 1]])
            Assert.Contains(
                $"[N, 2], found [{string.Join(", ", shape)}]",
                Assert.Throws<ArgumentException>(() => queue.Enqueue(ones(shape))).Message,
                StringComparison.Ordinal);
    }

    private static EmbeddingQueue Seeded(long seed)
    {
        manual_seed(seed);
        return new EmbeddingQueue(5, 2);
    }

    /// <summary>Rows (i, i) from a first i on.</summary>
    private static Tensor Rows(int first, int count) => arange(first, first + count, ScalarType.Float32).unsqueeze(1).repeat(1, 2);
}
