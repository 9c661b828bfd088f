namespace Lethe.Data;

/// <summary>Decoded images of one channel count and one type of samples, with labels where there are any.</summary>
/// <remarks>
/// Immutable, so any number of threads may read it, as long as nobody changes the lists that it was made of: it keeps them, and copies
/// nothing. Pixels are managed memory or a file mapped into memory; nothing needs to be disposed.
/// </remarks>
public sealed class ImageSet
{
    private readonly IReadOnlyList<Image> images;

    /// <summary>Creates a set.</summary>
    /// <param name="name">What the set is called in messages and reports.</param>
    /// <param name="images">The images, all of the same channel count and type of samples; sizes may differ.</param>
    /// <param name="labels">Class indices, one for each image, or null where there are no labels.</param>
    /// <param name="classNames">Names of the classes, or null where there are no labels.</param>
    /// <param name="paths">Where each image came from, or null where it did not come from a file of its own.</param>
    /// <exception cref="ArgumentException">
    /// The counts, the channel counts or the types of samples differ, or there are labels without class names or the reverse.
    /// </exception>
    public ImageSet(
        string name,
        IReadOnlyList<Image> images,
        IReadOnlyList<int>? labels = null,
        IReadOnlyList<string>? classNames = null,
        IReadOnlyList<string>? paths = null)
    {
        if (labels is not null && labels.Count != images.Count)
            throw new ArgumentException($"Expected one label for each of {images.Count} images, found {labels.Count}.", nameof(labels));
        if (paths is not null && paths.Count != images.Count)
            throw new ArgumentException($"Expected one path for each of {images.Count} images, found {paths.Count}.", nameof(paths));
        if ((labels is null) != (classNames is null))
            throw new ArgumentException("Labels and class names come together.", nameof(classNames));
        if (images.Any(image => image.Channels != images[0].Channels))
            throw new ArgumentException("All images of a set have the same number of channels.", nameof(images));
        if (images.Any(image => image.Samples != images[0].Samples))
            throw new ArgumentException("All images of a set have samples of the same type.", nameof(images));
        Name = name;
        this.images = images;
        Labels = labels;
        ClassNames = classNames;
        Paths = paths;
    }

    /// <summary>What the set is called in messages and reports.</summary>
    public string Name { get; }

    /// <summary>How many images there are.</summary>
    public int Count => images.Count;

    /// <summary>1 for grey, 3 for colour, other numbers for bands, 0 where there is no image.</summary>
    public int Channels => images.Count == 0 ? 0 : images[0].Channels;

    /// <summary>The type of all samples; bytes where there is no image.</summary>
    internal SampleType Samples => images.Count == 0 ? SampleType.UInt8 : images[0].Samples;

    /// <summary>Which samples are black and white; all that the type holds where nothing else was found or asked for.</summary>
    internal IntensityRange Range { get => field ?? IntensityRange.OfType(Samples); init; }

    /// <summary>Class indices, one for each image, or null.</summary>
    public IReadOnlyList<int>? Labels { get; }

    /// <summary>Names of the classes, or null.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>The file of each image, or null.</summary>
    public IReadOnlyList<string>? Paths { get; }

    /// <summary>The place of each image in its source, before the source was divided; null where the set was not opened from one.</summary>
    /// <exception cref="ArgumentException">The count is not that of the images.</exception>
    public IReadOnlyList<int>? Items
    {
        get;
        init
        {
            if (value is not null && value.Count != images.Count)
                throw new ArgumentException($"Expected one item for each of {images.Count} images, found {value.Count}.", nameof(value));
            field = value;
        }
    }

    /// <summary>The class of every pixel of each image, row by row, [Height, Width]; null where pixels have no classes.</summary>
    /// <exception cref="ArgumentException">The count is not that of the images.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Masks
    {
        get;
        init
        {
            if (value is not null && value.Count != images.Count)
                throw new ArgumentException($"Expected one mask for each of {images.Count} images, found {value.Count}.", nameof(value));
            field = value;
        }
    }

    /// <summary>One image.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <returns>The image; its pixels are shared, not copied.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public Image this[int index]
    {
        get
        {
            // Lists say it each in their own way.
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, images.Count);
            return images[index];
        }
    }

    /// <summary>The images at some indices, in that order; pixels are shared, not copied.</summary>
    /// <param name="name">What the part is called.</param>
    /// <param name="indices">Indices into this set; one may come several times.</param>
    /// <returns>The part, with labels, paths, items and masks of its images.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ImageSet Subset(string name, IReadOnlyList<int> indices) => new(
        name,
        [.. indices.Select(i => this[i])],
        Labels is null ? null : [.. indices.Select(i => Labels[i])],
        ClassNames,
        Paths is null ? null : [.. indices.Select(i => Paths[i])])
    {
        Items = Items is null ? null : [.. indices.Select(i => Items[i])],
        Masks = Masks is null ? null : [.. indices.Select(i => Masks[i])],
        Range = Range,
    };

    /// <summary>The same images with another range; nothing is copied.</summary>
    internal ImageSet Within(IntensityRange range) =>
        new(Name, images, Labels, ClassNames, Paths) { Items = Items, Masks = Masks, Range = range };

    /// <summary>These images and then others of the same classes; pixels are shared, not copied.</summary>
    /// <param name="name">What the whole is called.</param>
    /// <param name="other">Images of the same source.</param>
    /// <returns>The whole; it has labels, paths, items or masks where both have.</returns>
    /// <exception cref="ArgumentException">The images have another number of channels or other samples.</exception>
    public ImageSet Join(string name, ImageSet other)
    {
        bool labelled = Labels is not null && other.Labels is not null;
        return new ImageSet(
            name,
            [.. images, .. other.images],
            labelled ? [.. Labels!, .. other.Labels!] : null,
            labelled ? ClassNames : null,
            Paths is null || other.Paths is null ? null : [.. Paths, .. other.Paths])
        {
            Items = Items is null || other.Items is null ? null : [.. Items, .. other.Items],
            Masks = Masks is null || other.Masks is null ? null : [.. Masks, .. other.Masks],
            Range = Range,
        };
    }
}
