namespace Lethe.Augmentation;

/// <summary>Views of N images, in a buffer that its loader uses again: valid until the next batch is asked for.</summary>
internal sealed class ViewBatch
{
    /// <summary>Creates an empty batch.</summary>
    /// <param name="views">Views of each image.</param>
    /// <param name="n">Images.</param>
    /// <param name="size">Height and width of a view in pixels.</param>
    /// <param name="channels">Channels of a view.</param>
    /// <param name="local">A batch of the same number of images for their local views; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1, or the batch would not fit into an array.</exception>
    /// <exception cref="ArgumentException">The local views are of another number of images.</exception>
    public ViewBatch(int views, int n, int size, int channels, ViewBatch? local = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(views, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        long length = (long)views * n * size * size * channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Array.MaxLength, nameof(n));
        if (local is not null && local.N != n)
            throw new ArgumentException($"Expected local views of {n} images, found {local.N}.", nameof(local));
        ViewsPerImage = views;
        N = n;
        Size = size;
        Channels = channels;
        Pixels = new float[length];
        Local = local;

        // The same images: what is written to the one is read from the other.
        Indices = local?.Indices ?? new int[n];
    }

    /// <summary>
    /// Normalised values, [ViewsPerImage, N, Size, Size, Channels] (channels last); all of the first views come before all of the second.
    /// </summary>
    public float[] Pixels { get; }

    /// <summary>Small local views of the same images, in the same order; null where there are none.</summary>
    public ViewBatch? Local { get; }

    /// <summary>Which image of the set each is: [N].</summary>
    public int[] Indices { get; }

    /// <summary>Views of each image.</summary>
    public int ViewsPerImage { get; }

    /// <summary>Images.</summary>
    public int N { get; }

    /// <summary>Height and width of a view in pixels.</summary>
    public int Size { get; }

    /// <summary>Channels of a view.</summary>
    public int Channels { get; }

    /// <summary>One view of one image.</summary>
    /// <param name="view">From 0 to ViewsPerImage − 1.</param>
    /// <param name="position">From 0 to N − 1: the place in the batch.</param>
    /// <returns>[Size, Size, Channels], a part of <see cref="Pixels"/>.</returns>
    public Span<float> View(int view, int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)view, (uint)ViewsPerImage, nameof(view));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)N, nameof(position));
        int length = Size * Size * Channels;
        return Pixels.AsSpan((view * N + position) * length, length);
    }
}
