using Lethe.Augmentation;
using Lethe.Data;

namespace Lethe.Onnx;

/// <summary>Brings images to the shape that a graph takes: floats 0 to 1, [C, S, S], or bytes, [S, S, C].</summary>
/// <remarks>Safe to use from several threads.</remarks>
internal sealed class ImageTensors
{
    /// <param name="description">What the encoder says of its images.</param>
    /// <param name="bytes">Whether it takes bytes.</param>
    public ImageTensors(EncoderDescription description, bool bytes)
    {
        int channels = description.Channels;
        AreBytes = bytes;
        Augmenter = new ViewAugmenter(
            new AugmentationOptions { Interpolation = description.Interpolation },
            description.ImageSize,
            channels,
            new ChannelStatistics([.. Enumerable.Repeat(0f, channels)], [.. Enumerable.Repeat(1f, channels)])
            {
                Range = description.Intensities!,
            });
    }

    /// <summary>Whether the graph takes bytes.</summary>
    public bool AreBytes { get; }

    /// <summary>Renders images as Lethe does, but leaves the normalisation to the graph: mean 0, deviation 1.</summary>
    public ViewAugmenter Augmenter { get; }

    /// <summary>Numbers of an image.</summary>
    public int Length => Augmenter.Length;

    /// <summary>The shape of a batch.</summary>
    /// <param name="n">Images.</param>
    public long[] Shape(int n) => AreBytes
        ? [n, Augmenter.Size, Augmenter.Size, Augmenter.Channels]
        : [n, Augmenter.Channels, Augmenter.Size, Augmenter.Size];

    /// <summary>Images as they enter, but for the order of channels.</summary>
    /// <param name="images">The images.</param>
    /// <param name="batch">Images of a batch.</param>
    /// <param name="threads">Threads that render.</param>
    /// <param name="cancellation">Ends the wait for a batch.</param>
    /// <returns>Batches [1, n, S, S, C], each valid until the next.</returns>
    public IEnumerable<ViewBatch> Batches(ImageSet images, int batch, int threads, CancellationToken cancellation)
    {
        // One image is rendered where it is asked for: a server has threads enough.
        if (images.Count != 1)
            return EvaluationBatches.Plain(images, Augmenter, batch, threads, cancellation);
        var view = new ViewBatch(1, 1, Augmenter.Size, Augmenter.Channels);
        Augmenter.RenderPlain(images[0], view.View(0, 0));
        return [view];
    }

    /// <summary>Writes an image into a batch, as floats or bytes.</summary>
    /// <param name="view">[S, S, C].</param>
    /// <param name="batch">The batch, of floats or of bytes.</param>
    /// <param name="place">Which image of it.</param>
    public void Write(ReadOnlySpan<float> view, Array batch, int place)
    {
        if (batch is byte[] bytes)
            Write(view, bytes.AsSpan(place * Length, Length));
        else
            Write(view, ((float[])batch).AsSpan(place * Length, Length));
    }

    /// <summary>Puts the channels one after the other.</summary>
    /// <param name="view">[S, S, C].</param>
    /// <param name="to">[C, S, S].</param>
    public void Write(ReadOnlySpan<float> view, Span<float> to)
    {
        int channels = Augmenter.Channels, area = Augmenter.Size * Augmenter.Size;
        if (channels == 1)
        {
            view.CopyTo(to);
            return;
        }

        for (int c = 0; c < channels; c++)
        {
            Span<float> plane = to.Slice(c * area, area);
            for (int i = 0, j = c; i < area; i++, j += channels)
                plane[i] = view[j];
        }
    }

    /// <summary>Rounds to bytes.</summary>
    /// <param name="view">[S, S, C].</param>
    /// <param name="to">[S, S, C].</param>
    public static void Write(ReadOnlySpan<float> view, Span<byte> to)
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = (byte)Math.Clamp((view[i] * 255) + 0.5f, 0, 255);
    }
}
