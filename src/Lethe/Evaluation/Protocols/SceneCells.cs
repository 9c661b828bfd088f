using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// The feature maps of scenes as cells: those of every layer brought to the grid of the last one by means, so that layers are compared at
/// one resolution. The maps of a set of scenes are computed once.
/// </summary>
/// <param name="encoder">The encoder.</param>
internal sealed class SceneCells(EncoderState encoder) : IDisposable
{
    private readonly Dictionary<ImageSet, IReadOnlyList<Tensor>> known = [];

    /// <summary>The cells of each layer of the backbone, [B, N, d] on the processor: N cells, row by row, of each of B scenes.</summary>
    /// <param name="scenes">The scenes, of one size.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One tensor for each layer, which this disposes.</returns>
    public IReadOnlyList<Tensor> Of(ImageSet scenes, CancellationToken cancellation)
    {
        if (known.TryGetValue(scenes, out IReadOnlyList<Tensor>? found))
            return found;
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor[]>();
        int size = scenes[0].Height;
        foreach (ViewBatch batch in EvaluationBatches.Plain(
            scenes, encoder.PlainAt(size), EvaluationBatches.SizeFor(size), encoder.Threads, cancellation))
        {
            using var one = NewDisposeScope();
            IReadOnlyList<Tensor> maps =
                encoder.Maps(ImageTensor.FromPixels(batch.Pixels, batch.N, batch.Size, batch.Channels, encoder.Device));
            long[] grid = maps[^1].shape[2..];
            parts.Add(
            [
                .. maps.Select(map => nn.functional.adaptive_avg_pool2d(map, (grid[0], grid[1])).flatten(2).transpose(1, 2).contiguous()
                    .cpu().MoveToOuterDisposeScope()),
            ]);
        }

        found =
        [
            .. Enumerable.Range(0, parts[0].Length)
                .Select(layer => cat([.. parts.Select(part => part[layer])]).DetachFromDisposeScope()),
        ];
        return known[scenes] = found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor cells in known.Values.SelectMany(layers => layers))
            cells.Dispose();
        known.Clear();
    }
}
