using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Augmentation;

/// <summary>
/// Batches of random views to train on, rendered ahead on threads of its own. What is in a batch depends on the seed, the epoch and the
/// step alone: not on the number of threads, and not on where in the epoch one starts.
/// </summary>
/// <remarks>
/// The order of an epoch is the permutation of seed (seed, epoch); a view has the seed (seed, epoch, index of the image, view). Local views
/// are counted on from the full-size ones, which they leave as they are. The images that do not fill a batch are left out of that epoch.
/// One pass at a time.
/// </remarks>
internal sealed class ViewLoader : IDisposable
{
    private readonly Lock gate = new();
    private readonly ImageSet images;
    private readonly ViewAugmenter augmenter;
    private readonly ulong seed;
    private readonly int threads;
    private readonly ViewBatch[] buffers;
    private readonly Range own;
    private BatchProducer? producer;
    private bool disposed;
    private TimeSpan waited;

    /// <summary>Creates a loader; threads start with the first batch.</summary>
    /// <param name="images">The images to train on; labels are not looked at.</param>
    /// <param name="augmenter">Renders the views.</param>
    /// <param name="batchSize">Images of a batch, at least 1.</param>
    /// <param name="seed">Decides the order and the views.</param>
    /// <param name="threads">Threads that render, at least 1.</param>
    /// <param name="prefetch">
    /// How many batches to be ahead of the consumer, at least 1; each takes viewsPerImage · batchSize · size² · channels floats, and local
    /// views likewise.
    /// </param>
    /// <param name="viewsPerImage">Full-size views of each image, at least 1.</param>
    /// <param name="localViews">Whether to render the local views that the augmenter's options ask for.</param>
    /// <param name="own">Which places of each batch to render, at least one; null for all.</param>
    /// <exception cref="InvalidOptionException">The batch is larger than the set, or a number is less than 1.</exception>
    public ViewLoader(
        ImageSet images, ViewAugmenter augmenter, int batchSize, ulong seed, int threads, int prefetch = 2, int viewsPerImage = 2,
        bool localViews = false, Range? own = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(augmenter);
        ArgumentOutOfRangeException.ThrowIfLessThan(prefetch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(viewsPerImage, 1);
        if (batchSize < 1)
            throw new InvalidOptionException($"--batch-size must be at least 1; found {batchSize}.");
        if (threads < 1)
            throw new InvalidOptionException($"--threads must be at least 1; found {threads}.");
        if (images.Count == 0)
            throw new InvalidOptionException($"'{images.Name}' has no training images; give --data a source that has.");
        if (batchSize > images.Count)
            throw new InvalidOptionException(
                $"batch size {batchSize} is larger than the {images.Count} training images; use --batch-size ≤ {images.Count}.");
        augmenter.Require(images);
        this.images = images;
        this.augmenter = augmenter;
        this.seed = seed;
        this.threads = threads;
        BatchSize = batchSize;
        StepsPerEpoch = images.Count / batchSize;
        this.own = own ?? ..batchSize;
        (_, int rendered) = this.own.GetOffsetAndLength(batchSize);
        buffers = new ViewBatch[prefetch + 1];
        for (int i = 0; i < buffers.Length; i++)
        {
            ViewBatch? local = localViews
                && augmenter.Local is { } l ? new ViewBatch(augmenter.LocalViews, rendered, l.Size, l.Channels) : null;
            buffers[i] = new ViewBatch(viewsPerImage, rendered, augmenter.Size, augmenter.Channels, local);
        }
    }

    /// <summary>Images of a batch, those that are not rendered here among them.</summary>
    public int BatchSize { get; }

    /// <summary>Whole batches in the set.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>How long the consumer has waited for batches, over all passes: near zero where rendering keeps up with training.</summary>
    public TimeSpan Waited => waited;

    /// <summary>
    /// The batches of an epoch. A batch is valid until the next is asked for: its buffer is used again. Rendering starts with the first
    /// batch and ends when the enumeration is over or is disposed.
    /// </summary>
    /// <param name="epoch">Which epoch, from 0.</param>
    /// <param name="firstStep">The step to start with, 0 to StepsPerEpoch: to go on in the middle of an epoch.</param>
    /// <param name="cancellation">Ends the wait for a batch with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>StepsPerEpoch − firstStep batches. An error of rendering comes out of the enumeration.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The epoch or the step does not exist.</exception>
    public IEnumerable<ViewBatch> Batches(int epoch, int firstStep = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstStep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstStep, StepsPerEpoch);
        ObjectDisposedException.ThrowIf(disposed, this);
        return Produce(epoch, firstStep, cancellation);
    }

    /// <summary>Ends a pass that is under way, and its threads.</summary>
    public void Dispose()
    {
        BatchProducer? active;
        lock (gate)
        {
            disposed = true;
            active = producer;
        }

        active?.Dispose();
    }

    private IEnumerable<ViewBatch> Produce(int epoch, int firstStep, CancellationToken cancellation)
    {
        BatchProducer pass = Start(epoch, firstStep);
        try
        {
            for (int step = firstStep; step < StepsPerEpoch; step++)
                yield return pass.Take(step, ref waited, cancellation);
        }
        finally
        {
            // The buffers are free only when the threads have ended.
            pass.Dispose();
            lock (gate)
                producer = null;
        }
    }

    private BatchProducer Start(int epoch, int firstStep)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (producer is not null)
                throw new InvalidOperationException(
                    "A pass over this loader is under way. Finish or dispose its enumerator, or use a second loader.");
            int[] order = new RandomStream(RandomStream.Derive(seed, (ulong)epoch)).Permutation(images.Count);
            (int first, int count) = own.GetOffsetAndLength(BatchSize);

            // The own places of each batch move to the front, where nothing is that is still to be moved.
            for (int step = 0; step < StepsPerEpoch; step++)
                order.AsSpan((step * BatchSize) + first, count).CopyTo(order.AsSpan(step * count));
            ReadOnlyMemory<int> rendered = order.AsMemory(0, StepsPerEpoch * count);
            producer = new BatchProducer(
                rendered, buffers[0].N, firstStep, buffers, threads,
                (image, view, destination) => (view < buffers[0].ViewsPerImage ? augmenter : augmenter.Local!)
                    .Render(images[image], RandomStream.Derive(seed, (ulong)epoch, (ulong)image, (ulong)view), destination));
            return producer;
        }
    }
}
