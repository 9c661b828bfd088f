using System.Runtime.InteropServices;
using Lethe.Ranks;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// What ranks do together within a graph. Some tensors are each rank's own (its images, its maps, gradients of weights through them), some
/// are equal on all (embeddings of the whole batch, losses). These operations go from one kind to the other, and so do their gradients:
/// that of a gather takes the rank's own rows, and that of taking them gathers. No gradient is counted twice, and all can be
/// differentiated as often as one likes.
/// </summary>
internal static class RankOperations
{
    // 256 KiB of float32: less is soon copied, and more takes longer than to begin.
    private const int SmallNumbers = 1 << 16;

    /// <summary>The rows of the whole batch, from those of each rank's images.</summary>
    /// <param name="share">How the batch is shared out.</param>
    /// <param name="rows">[v·n, …] of this rank's n images, view-major.</param>
    /// <returns>[v·N, …] of the batch's N images, view-major, in the order in which one process has them; equal on all ranks.</returns>
    public static Tensor Gather(BatchShare share, Tensor rows) => GraphNode.Run(
        [rows], inputs => (GatherRows(share, inputs[0]), []), (_, gradient, _) => [Own(share, gradient)]);

    /// <summary>The rows of this rank's images, from those of the whole batch: the other way from <see cref="Gather"/>.</summary>
    /// <param name="share">How the batch is shared out.</param>
    /// <param name="rows">[v·N, …], view-major; equal on all ranks.</param>
    /// <returns>[v·n, …].</returns>
    public static Tensor Own(BatchShare share, Tensor rows) => GraphNode.Run(
        [rows], inputs => (OwnRows(share, inputs[0]), []), (_, gradient, _) => [Gather(share, gradient)]);

    /// <summary>The sum over ranks of what each has of its own, for further use with what is its own.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="own">This rank's; of one shape on all.</param>
    /// <returns>The sum.</returns>
    public static Tensor Sum(RankGroup ranks, Tensor own) => GraphNode.Run(
        [own],
        inputs =>
        {
            Tensor sum = inputs[0].detach().cpu().contiguous().clone();
            Add(ranks, sum);
            return (sum.to(inputs[0].device), []);
        },
        (_, gradient, _) => [Sum(ranks, gradient)]);

    /// <summary>
    /// Makes gradients whole, in place: those through a rank's own images are summed up, and all others, which every rank has, become rank
    /// 0's, so that weights stay equal on machines that round differently.
    /// </summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="gradients">Gradients, as many and of the same shapes on all; null where there is none.</param>
    /// <param name="isOwn">For each, whether it comes through a rank's own images.</param>
    public static void Complete(RankGroup ranks, IReadOnlyList<Tensor?> gradients, IReadOnlyList<bool> isOwn)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] own = [.. gradients.Where((gradient, i) => gradient is not null && isOwn[i])!];
        InBuckets(own, flat => Add(ranks, flat));
        InBuckets([.. gradients.Where((gradient, i) => gradient is not null && !isOwn[i])!], flat => ranks.Broadcast(flat.bytes));
    }

    // Small tensors are copied together, so that what a call costs is paid once; a large one is its own bucket, where it lies.
    private static void InBuckets(IReadOnlyList<Tensor> tensors, Action<Tensor> work)
    {
        var small = new List<Tensor>();
        foreach (Tensor tensor in tensors)
        {
            if (tensor.numel() < SmallNumbers)
            {
                small.Add(tensor);
                continue;
            }

            bool inPlace = tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous();
            Tensor flat = inPlace ? tensor.detach() : tensor.detach().cpu().contiguous().clone();
            work(flat);
            if (!inPlace)
                tensor.copy_(flat);
        }

        foreach (IGrouping<ScalarType, Tensor> alike in small.GroupBy(tensor => tensor.dtype))
        {
            Tensor flat = cat([.. alike.Select(tensor => tensor.detach().reshape(-1).cpu())]);
            work(flat);
            long at = 0;
            foreach (Tensor tensor in alike)
            {
                tensor.copy_(flat.narrow(0, at, tensor.numel()).reshape(tensor.shape));
                at += tensor.numel();
            }
        }
    }

    /// <summary>Gives every rank the numbers of rank 0, in place.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="tensors">Of the same shapes and types on all.</param>
    public static void Broadcast(RankGroup ranks, IEnumerable<Tensor> tensors)
    {
        using IDisposable frozen = no_grad();
        foreach (Tensor tensor in tensors)
        {
            if (tensor.numel() == 0)
                continue;
            using var scope = NewDisposeScope();
            Tensor values = tensor.detach().cpu().contiguous().clone();
            ranks.Broadcast(values.bytes);
            if (!ranks.Leads)
                tensor.copy_(values.reshape(tensor.shape));
        }
    }

    private static void Add(RankGroup ranks, Tensor sum)
    {
        if (sum.dtype == ScalarType.Float64)
            ranks.Sum(MemoryMarshal.Cast<byte, double>(sum.bytes));
        else if (sum.dtype == ScalarType.Float32)
            ranks.Sum(MemoryMarshal.Cast<byte, float>(sum.bytes));
        else
            throw new ArgumentException($"Expected float32 or float64 to add up over ranks, found {sum.dtype}.", nameof(sum));
    }

    private static Tensor GatherRows(BatchShare share, Tensor rows)
    {
        RankGroup ranks = share.Ranks;
        Tensor own = rows.detach().cpu().contiguous();
        (int views, int[] images) = ((int)(own.shape[0] / share.Own), [.. Enumerable.Range(0, ranks.Count).Select(share.Size)]);
        int row = own.bytes.Length / (int)own.shape[0];
        Tensor all = empty([(long)views * share.Images, .. own.shape[1..]], own.dtype);
        byte[] gathered = new byte[all.bytes.Length];
        ranks.Gather(own.bytes, gathered, [.. images.Select(count => count * views * row)]);
        int at = 0;
        for (int rank = 0; rank < ranks.Count; rank++)
        {
            int length = images[rank] * row;
            for (int view = 0; view < views; view++, at += length)
                gathered.AsSpan(at, length).CopyTo(all.bytes[((view * share.Images + share.Begin(rank)) * row)..]);
        }

        return all.to(rows.device);
    }

    private static Tensor OwnRows(BatchShare share, Tensor rows)
    {
        Tensor[] views = [.. rows.detach().split(share.Images).Select(view => view.narrow(0, share.Begin(share.Ranks.Rank), share.Own))];
        return views.Length == 1 ? views[0].clone() : cat(views);
    }
}
