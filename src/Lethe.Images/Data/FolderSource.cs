namespace Lethe.Data;

/// <summary>A source of image files, decoded when they are asked for and only then.</summary>
internal sealed class FolderSource : ImageSource
{
    // Of more, opening them all would take longer than a start may.
    private const int MostCompared = 200_000;

    private readonly string root;
    private readonly IReadOnlyList<string> paths;

    public FolderSource(
        string kind, string root, IReadOnlyList<string> paths, int testCount, IReadOnlyList<int>? labels, IReadOnlyList<string>? classNames)
        : base(kind, paths.Count - testCount, testCount, labels, classNames)
    {
        this.root = root;
        this.paths = paths;
        Root = Path.GetFullPath(root);
    }

    public override IReadOnlyList<string>? Paths => paths;

    /// <summary>The same source with other notices.</summary>
    public FolderSource Noting(IReadOnlyList<string> notices) =>
        new(Kind, root, paths, TestCount, Labels, ClassNames) { Notices = notices };

    public override IReadOnlyList<UInt128>? Contents(IProgress<DataProgress>? progress, CancellationToken cancel) =>
        paths.Count <= MostCompared ? EqualFiles.Find(root, paths, progress, cancel) : null;

    public override LoadedImages Load(int[] items, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        if (options.Cache is not null)
            return new ImageCache(root, paths, options, progress, cancel).Load(items, sizes => ResolveImageSize(options, sizes));
        var reading = new FileReading(root, [.. items.Select(item => paths[item])], options.MaxBadFiles, progress, cancel,
            maxMegapixels: options.MaxMegapixels);
        int imageSize = options.ImageSize != 0 ? options.ImageSize : ResolveImageSize(options, reading.ReadHeaders());
        Image?[] images = reading.Decode(
            imageSize, channels: 0, advice: "Give --cache FILE, which keeps them on disk; or use --limit N or a smaller --image-size.");
        return new LoadedImages(images, reading.SkippedFiles, imageSize, reading.Sizes) { Notices = reading.Notices };
    }
}
