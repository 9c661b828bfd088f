namespace Lethe.Data;

/// <summary>A source of image files, decoded when they are asked for and only then.</summary>
internal sealed class FolderSource(
    string kind, string root, IReadOnlyList<string> paths, int testCount, IReadOnlyList<int>? labels, IReadOnlyList<string>? classNames)
    : ImageSource(kind, paths.Count - testCount, testCount, labels, classNames)
{
    public override IReadOnlyList<string>? Paths => paths;

    public override LoadedImages Load(int[] items, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        if (options.Cache is not null)
            return new ImageCache(root, paths, options, progress, cancel).Load(items, sizes => ResolveImageSize(0, sizes));
        var reading = new FileReading(root, [.. items.Select(item => paths[item])], options.MaxBadFiles, progress, cancel,
            maxMegapixels: options.MaxMegapixels);
        int imageSize = options.ImageSize != 0 ? options.ImageSize : ResolveImageSize(0, reading.ReadHeaders());
        Image?[] images = reading.Decode(
            imageSize, channels: 0, advice: "Give --cache FILE, which keeps them on disk; or use --limit N or a smaller --image-size.");
        return new LoadedImages(images, reading.SkippedFiles, imageSize, reading.Sizes) { Notices = reading.Notices };
    }
}
