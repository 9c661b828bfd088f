using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Augmentation.Corruptions;

/// <summary>
/// One of the fifteen common corruptions of images (Hendrycks and Dietterich 2019, 1903.12261) at five severities.
/// </summary>
/// <remarks>
/// What each does follows the paper and the constants are those of CIFAR-10-C and CIFAR-100-C (<c>make_cifar_c.py</c> in
/// github.com/hendrycks/robustness); so numbers are near those of these data sets, not equal. Lengths are in pixels of images of 32 pixels;
/// on larger images they grow with the short side. Numbers are rounded to bytes once, at the end. The same image, severity and seed give
/// the same result.
/// </remarks>
internal sealed class Corruption
{
    /// <summary>The severest of the severities 1 to this.</summary>
    public const int Severest = 5;

    /// <summary>The fewest pixels that an image may be high and wide.</summary>
    public const int SmallestSide = 8;

    private readonly Change change;

    internal Corruption(string name, string title, string family, Change change)
    {
        Name = name;
        Title = title;
        Family = family;
        this.change = change;
    }

    /// <summary>Changes an image at a severity of 1 to 5.</summary>
    internal delegate Raster Change(Raster image, int severity, ref RandomStream stream);

    /// <summary>The name in options and files, as <c>gaussian-noise</c>.</summary>
    public string Name { get; }

    /// <summary>The name for people.</summary>
    public string Title { get; }

    /// <summary>noise, blur, weather or digital.</summary>
    public string Family { get; }

    /// <summary>Corrupts one image.</summary>
    /// <param name="image">The image, grey or colour, at least 8 pixels high and wide.</param>
    /// <param name="severity">1 to 5.</param>
    /// <param name="seed">Decides what is random.</param>
    /// <returns>An image of the same size and channels.</returns>
    /// <exception cref="InvalidOptionException">There is no such severity.</exception>
    /// <exception cref="DataException">The image is too small.</exception>
    public Image Apply(Image image, int severity, ulong seed)
    {
        if (severity is < 1 or > Severest)
            throw new InvalidOptionException($"The severity of a corruption is 1 to {Severest}, found {severity}.");
        if (image.Height < SmallestSide || image.Width < SmallestSide)
            throw new DataException(
                $"Corruptions need images of at least {SmallestSide} · {SmallestSide} pixels, found {image.Height} · {image.Width}.");
        var stream = new RandomStream(seed);
        return change(Raster.From(image), severity, ref stream).ToImage();
    }

    /// <summary>Corrupts all images of a set, each with a seed of its own.</summary>
    /// <param name="images">The images.</param>
    /// <param name="severity">1 to 5.</param>
    /// <param name="seed">
    /// Decides what is random, together with name, severity and place of an image in its source (in the set, where it knows none).
    /// </param>
    /// <param name="threads">Threads that work; the result does not depend on them.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <returns>As many images, with the same labels.</returns>
    /// <exception cref="InvalidOptionException">There is no such severity.</exception>
    /// <exception cref="DataException">An image is too small.</exception>
    public ImageSet Apply(ImageSet images, int severity, ulong seed, int threads = 1, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ulong own = RandomStream.Derive(seed, [.. Name.Select(letter => (ulong)letter), (ulong)severity]);
        var changed = new Image[images.Count];
        try
        {
            Parallel.For(0, changed.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel }, i =>
                changed[i] = Apply(images[i], severity, RandomStream.Derive(own, (ulong)(images.Items?[i] ?? i))));
        }
        catch (AggregateException error) when (error.InnerExceptions.OfType<LetheException>().FirstOrDefault() is { } first)
        {
            throw first;
        }

        return new ImageSet(images.Name, changed, images.Labels, images.ClassNames, images.Paths) { Items = images.Items };
    }
}
