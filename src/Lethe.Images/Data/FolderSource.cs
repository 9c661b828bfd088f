namespace Lethe.Data;

/// <summary>A source of image files, decoded when they are asked for and only then.</summary>
internal sealed class FolderSource : ImageSource
{
    // Of more, opening them all would take longer than a start may.
    private const int MostCompared = 200_000;

    private readonly string root;
    private readonly IReadOnlyList<string> files;
    private readonly int[]? places;

    /// <param name="kind">What it is, in words.</param>
    /// <param name="root">The folder.</param>
    /// <param name="files">Relative paths of files in it, in ordinal order.</param>
    /// <param name="places">Which of them each item is; null where the items are the files.</param>
    /// <param name="testCount">How many of the items, the last ones, are the source's own test part.</param>
    /// <param name="labels">The class of each item, or null.</param>
    /// <param name="classNames">Names of the classes, or null.</param>
    public FolderSource(
        string kind, string root, IReadOnlyList<string> files, int[]? places, int testCount, IReadOnlyList<int>? labels,
        IReadOnlyList<string>? classNames)
        : base(kind, (places?.Length ?? files.Count) - testCount, testCount, labels, classNames)
    {
        this.root = root;
        this.files = files;
        this.places = places;
        Root = Path.GetFullPath(root);
        Paths = places is null ? files : new LazyList<string>(places.Length, item => files[places[item]]);
    }

    public override IReadOnlyList<string> Paths { get; }

    /// <summary>The same source with other notices.</summary>
    public FolderSource Noting(IReadOnlyList<string> notices) =>
        new(Kind, root, files, places, TestCount, Labels, ClassNames) { Notices = notices };

    public override IReadOnlyList<UInt128>? Contents(IProgress<DataProgress>? progress, CancellationToken cancel) =>
        Paths.Count <= MostCompared ? EqualFiles.Find(root, Paths, progress, cancel) : null;

    public override LoadedImages Load(int[] items, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        if (options.Cache is not null)
        {
            return new ImageCache(root, files, places, options, progress, cancel).Load(
                items, sizes => ResolveImageSize(options, sizes));
        }

        var reading = new FileReading(root, [.. items.Select(item => Paths[item])], options.MaxBadFiles, progress, cancel,
            maxMegapixels: options.MaxMegapixels);
        int imageSize = options.ImageSize != 0 ? options.ImageSize : ResolveImageSize(options, reading.ReadHeaders());
        Image?[] images = reading.Decode(
            imageSize, channels: 0, advice: "Give --cache FILE, which keeps them on disk; or use --limit N or a smaller --image-size.");
        return new LoadedImages(images, reading.SkippedFiles, imageSize, reading.Sizes) { Notices = reading.Notices };
    }
}
