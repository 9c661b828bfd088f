namespace Lethe.Data;

/// <summary>
/// The items of a source before any is decoded: first the <see cref="PoolCount"/> items to divide, then the
/// <see cref="TestCount"/> items of the source's own test part.
/// </summary>
internal abstract class ImageSource(
    string kind, int poolCount, int testCount, IReadOnlyList<int>? labels, IReadOnlyList<string>? classNames)
{
    public string Kind { get; } = kind;

    public int PoolCount { get; } = poolCount;

    public int TestCount { get; } = testCount;

    public IReadOnlyList<int>? Labels { get; } = labels;

    public IReadOnlyList<string>? ClassNames { get; } = classNames;

    /// <summary>Paths of all items relative to the source, or null where items are not files.</summary>
    public abstract IReadOnlyList<string>? Paths { get; }

    /// <summary>The folder that the paths are relative to, where items are files as they lie there; else null.</summary>
    public string? Root { get; init; }

    /// <summary>What was understood of the source and left out of it, in sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Which items are equal: items with the same number are; null where nobody can tell without drawing them.</summary>
    public abstract IReadOnlyList<UInt128>? Contents(IProgress<DataProgress>? progress, CancellationToken cancel);

    public abstract LoadedImages Load(int[] items, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel);

    /// <summary>The size of a view: as asked for, else by the sizes of the images (<see cref="ViewSize"/>).</summary>
    protected static int ResolveImageSize(DataOptions options, SizeRange sizes) =>
        options.ImageSize != 0 ? options.ImageSize : ViewSize.For(sizes, options.LargestView);
}
