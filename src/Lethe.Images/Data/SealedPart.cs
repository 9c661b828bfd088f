using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// Images of a source that nothing has read: known by their places, names and labels alone until they are opened, which is for the one
/// number that nothing was chosen by.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="items">Their places in it.</param>
/// <param name="open">Decodes them.</param>
internal sealed class SealedPart(
    ImageSource source, IReadOnlyList<int> items, Func<IProgress<DataProgress>?, CancellationToken, ImageSet> open)
{
    /// <summary>Their places in the source.</summary>
    public IReadOnlyList<int> Items => items;

    /// <summary>The path of an image, or null where images are no files.</summary>
    public string? Path(int item) => source.Paths?[item];

    /// <summary>The name of an image's class; empty where there are no labels.</summary>
    public string ClassOf(int item) => source.Labels is { } labels ? source.ClassNames![labels[item]] : "";

    /// <summary>Decodes the images, as those of the other parts were.</summary>
    /// <exception cref="DataException">None can be read.</exception>
    public ImageSet Open(IProgress<DataProgress>? progress = null, CancellationToken cancel = default) => open(progress, cancel);
}
