using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Augmentation;

/// <summary>
/// Batches to measure with: all images of a set once, in order, the last batch smaller where they do not divide. A batch is valid until the
/// next is asked for. Each enumeration has buffers and threads of its own, which end with it.
/// </summary>
internal static class EvaluationBatches
{
    // Measuring is bound by the encoder; one batch ahead keeps it busy.
    private const int Buffers = 2;

    /// <summary>
    /// Images of a batch to measure with: 256 of up to 64 pixels, fewer of larger ones, so that a network of usual width needs some hundred
    /// MiB for its maps whatever the size. Its speed is the same.
    /// </summary>
    /// <param name="imageSize">Height and width of a view.</param>
    /// <returns>At least 8.</returns>
    public static int SizeFor(int imageSize)
    {
        const int Most = 256, Fewest = 8, Side = 64;
        return Math.Clamp((int)((long)Most * Side * Side / ((long)imageSize * imageSize)), Fewest, Most);
    }

    /// <summary>One view of each image, with nothing random: <see cref="ViewAugmenter.RenderPlain"/>.</summary>
    /// <param name="images">The images; none gives no batch.</param>
    /// <param name="augmenter">Renders the views.</param>
    /// <param name="batchSize">Images of a batch, at least 1.</param>
    /// <param name="threads">Threads that render, at least 1.</param>
    /// <param name="cancellation">Ends the wait for a batch with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Batches [1, N, size, size, channels]. An error of rendering comes out of the enumeration.</returns>
    public static IEnumerable<ViewBatch> Plain(
        ImageSet images, ViewAugmenter augmenter, int batchSize, int threads, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(augmenter);
        return Produce(
            images, augmenter, batchSize, 1, threads, (image, _, destination) => augmenter.RenderPlain(
                images[image], destination), cancellation);
    }

    /// <summary>
    /// Random views that are the same at each call, so that two measurements differ by the encoder alone. A view has the seed (seed, index
    /// of the image, view).
    /// </summary>
    /// <param name="images">The images; none gives no batch.</param>
    /// <param name="augmenter">Renders the views.</param>
    /// <param name="batchSize">Images of a batch, at least 1.</param>
    /// <param name="seed">Decides the views; give training another.</param>
    /// <param name="threads">Threads that render, at least 1.</param>
    /// <param name="viewsPerImage">Views of each image, at least 1.</param>
    /// <param name="cancellation">Ends the wait for a batch with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Batches [viewsPerImage, N, size, size, channels]. An error of rendering comes out of the enumeration.</returns>
    public static IEnumerable<ViewBatch> FixedViews(
        ImageSet images, ViewAugmenter augmenter, int batchSize, ulong seed, int threads, int viewsPerImage = 2,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(augmenter);
        return Produce(
            images, augmenter, batchSize, viewsPerImage, threads,
            (image, view, destination) =>
                augmenter.Render(images[image], RandomStream.Derive(seed, (ulong)image, (ulong)view), destination),
            cancellation);
    }

    private static IEnumerable<ViewBatch> Produce(
        ImageSet images, ViewAugmenter augmenter, int batchSize, int viewsPerImage, int threads, ViewRenderer render,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(viewsPerImage, 1);
        augmenter.Require(images);
        return Enumerate();

        IEnumerable<ViewBatch> Enumerate()
        {
            if (images.Count == 0)
                yield break;
            int n = Math.Min(batchSize, images.Count);
            int[] order = [.. Enumerable.Range(0, images.Count)];
            var buffers = new ViewBatch[Buffers];
            for (int i = 0; i < Buffers; i++)
                buffers[i] = new ViewBatch(viewsPerImage, n, augmenter.Size, augmenter.Channels);
            TimeSpan waited = TimeSpan.Zero;
            using var producer = new BatchProducer(order, n, 0, buffers, threads, render);
            for (int step = 0; step * n < order.Length; step++)
                yield return producer.Take(step, ref waited, cancellation);
        }
    }
}
