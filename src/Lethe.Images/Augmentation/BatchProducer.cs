using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Lethe.Augmentation;

/// <summary>
/// Fills batches ahead of one consumer, on threads of its own. Batches are cut from an order of images; the threads share out the images of
/// a batch a few at a time, and are never further ahead than there are buffers.
/// </summary>
internal sealed class BatchProducer : IDisposable
{
    // Large enough that the lock does not matter, small enough that the threads finish a batch together.
    private const int ImagesAtATime = 8;

    private readonly Lock disposal = new();
    private readonly object gate = new();
    private readonly ReadOnlyMemory<int> order;
    private readonly int batchSize;
    private readonly ViewBatch[] buffers;
    private readonly ViewBatch?[] batches; // the batch that each buffer's place holds
    private readonly int[] unfinished; // images still to be rendered, of each
    private readonly ViewRenderer render;
    private readonly Thread[] threads;
    private readonly int steps;
    private int nextStep; // the next image to hand out
    private int nextPosition;
    private int currentStep; // the batch that the consumer has or waits for
    private Exception? failure;
    private volatile bool stopping;

    /// <summary>Starts the threads.</summary>
    /// <param name="order">Indices of images; the last batch is smaller where they do not divide.</param>
    /// <param name="batchSize">Images of a batch.</param>
    /// <param name="firstStep">The batch to start with.</param>
    /// <param name="buffers">One for the consumer and one for each batch ahead of it; all of <paramref name="batchSize"/> images.</param>
    /// <param name="threads">How many threads.</param>
    /// <param name="render">Renders a view; called from all threads.</param>
    public BatchProducer(ReadOnlyMemory<int> order, int batchSize, int firstStep, ViewBatch[] buffers, int threads, ViewRenderer render)
    {
        this.order = order;
        this.batchSize = batchSize;
        this.buffers = buffers;
        this.render = render;
        steps = (order.Length + batchSize - 1) / batchSize;
        nextStep = firstStep;
        currentStep = firstStep;
        batches = new ViewBatch[buffers.Length];
        unfinished = new int[buffers.Length];
        this.threads = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            this.threads[i] = new Thread(Work) { IsBackground = true, Name = $"views {i}" };
            this.threads[i].Start();
        }
    }

    /// <summary>Takes a batch and gives back the one before it.</summary>
    /// <param name="step">The step after the one taken before.</param>
    /// <param name="waited">Grows by the time spent waiting.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The batch, valid until the next call.</returns>
    public ViewBatch Take(int step, ref TimeSpan waited, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using CancellationTokenRegistration wake = cancellation.UnsafeRegister(static producer => ((BatchProducer)producer!).Wake(), this);
        lock (gate)
        {
            currentStep = step;
            Monitor.PulseAll(gate);
            int place = step % buffers.Length;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                ObjectDisposedException.ThrowIf(stopping, this);
                if (failure is not null)
                    ExceptionDispatchInfo.Throw(failure);
                if (nextStep > step && unfinished[place] == 0)
                    break;
                Monitor.Wait(gate);
            }

            waited += Stopwatch.GetElapsedTime(start);
            return batches[place]!;
        }
    }

    /// <summary>Stops the threads and waits for them: each ends at its next view.</summary>
    public void Dispose()
    {
        stopping = true;
        Wake();
        lock (disposal)
        {
            foreach (Thread thread in threads)
                thread.Join();
        }
    }

    private void Wake()
    {
        lock (gate)
            Monitor.PulseAll(gate);
    }

    private void Work()
    {
        try
        {
            while (TryTake(out int place, out int from, out int to))
            {
                ViewBatch batch = batches[place]!;
                for (int position = from; position < to; position++)
                {
                    int local = batch.Local?.ViewsPerImage ?? 0;
                    for (int view = 0; view < batch.ViewsPerImage + local; view++)
                    {
                        if (stopping)
                            return;
                        Span<float> destination = view < batch.ViewsPerImage ? batch.View(view, position) : batch.Local!.View(
                            view - batch.ViewsPerImage, position);
                        render(batch.Indices[position], view, destination);
                    }
                }

                lock (gate)
                {
                    unfinished[place] -= to - from;
                    if (unfinished[place] == 0)
                        Monitor.PulseAll(gate);
                }
            }
        }
        catch (Exception error) // whatever it is, the consumer gets it
        {
            lock (gate)
            {
                failure ??= error;
                Monitor.PulseAll(gate);
            }
        }
    }

    private bool TryTake(out int place, out int from, out int to)
    {
        place = from = to = 0;
        lock (gate)
        {
            while (!stopping && failure is null && nextStep < steps && nextStep - currentStep >= buffers.Length)
                Monitor.Wait(gate);
            if (stopping || failure is not null || nextStep >= steps)
                return false;
            place = nextStep % buffers.Length;
            if (nextPosition == 0)
                Begin(place);
            int n = batches[place]!.N;
            from = nextPosition;
            to = Math.Min(from + ImagesAtATime, n);
            nextPosition = to;
            if (to == n)
            {
                nextStep++;
                nextPosition = 0;
            }

            return true;
        }
    }

    private void Begin(int place)
    {
        ReadOnlySpan<int> images = order.Span[(nextStep * batchSize)..];
        ViewBatch batch = buffers[place];
        if (images.Length < batchSize)
        {
            ViewBatch? local = batch.Local is { } l ? new ViewBatch(l.ViewsPerImage, images.Length, l.Size, l.Channels) : null;
            batch = new ViewBatch(batch.ViewsPerImage, images.Length, batch.Size, batch.Channels, local);
        }

        images[..batch.N].CopyTo(batch.Indices);
        batches[place] = batch;
        unfinished[place] = batch.N;
    }
}
