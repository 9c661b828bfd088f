using Lethe.Numerics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>The last M embeddings, oldest overwritten first. Rows and position are state, and so in every checkpoint.</summary>
/// <remarks>Of one thread at a time. The method that registers it disposes it.</remarks>
public sealed class EmbeddingQueue : Module
{
    /// <summary>Creates a queue of random directions.</summary>
    /// <param name="length">M, at least 1.</param>
    /// <param name="dimension">k, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public EmbeddingQueue(int length, int dimension)
        : base(nameof(EmbeddingQueue))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        register_buffer("rows", functional.normalize(randn(length, dimension)));
        register_buffer("written", zeros(1, dtype: ScalarType.Int64));
    }

    /// <summary>The embeddings, [M, k], in no order: the queue's own memory, not to be changed or disposed.</summary>
    public Tensor Rows => get_buffer("rows")!;

    /// <summary>Whether nothing of the random start is left.</summary>
    public bool IsFull => get_buffer("written")!.item<long>() >= Rows.shape[0];

    /// <summary>Lets embeddings in, for as many of the oldest; of more than M the last M stay.</summary>
    /// <param name="embeddings">[N, k], on the queue's device; copied without gradient.</param>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public void Enqueue(Tensor embeddings)
    {
        Tensor queue = Rows, count = get_buffer("written")!;
        if (embeddings.dim() != 2 || embeddings.shape[1] != queue.shape[1])
            throw new ArgumentException(
                $"Expected embeddings [N, {queue.shape[1]}], found [{string.Join(", ", embeddings.shape)}].", nameof(embeddings));
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        long length = queue.shape[0], before = count.item<long>(), n = embeddings.shape[0];
        long kept = Math.Min(n, length);
        long[] places = [.. Enumerable.Range(0, (int)kept).Select(i => (before + n - kept + i) % length)];
        queue.index_copy_(0, tensor(places, device: queue.device), embeddings.detach().narrow(0, n - kept, kept));
        count.Plus_(n);
    }
}
