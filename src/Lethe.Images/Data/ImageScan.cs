namespace Lethe.Data;

/// <summary>Every image of a source, looked at once and not kept: what it is, why it cannot be read, and what it looks like.</summary>
internal sealed class ImageScan
{
    // What is compared has 16 cells a side; larger images are decoded at a fraction of their size, which is quick.
    private const int ShortSide = 64;
    private const int MostCompared = 300_000;
    private const int AtATime = 8192;

    private readonly ImageDescriptors? descriptors;

    private ImageScan(int count)
    {
        Facts = new ImageFacts?[count];
        Reasons = new string?[count];
        descriptors = count <= MostCompared ? new ImageDescriptors(count) : null;
    }

    /// <summary>What each image is; null where it cannot be read.</summary>
    public ImageFacts?[] Facts { get; }

    /// <summary>Why images cannot be read; null where they can.</summary>
    public string?[] Reasons { get; }

    /// <summary>Looks at all images.</summary>
    /// <param name="source">The source.</param>
    /// <param name="options">How it was opened.</param>
    /// <param name="progress">Told how far it is, from several threads.</param>
    /// <param name="cancel">Stops it.</param>
    public static ImageScan Of(ImageSource source, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        var scan = new ImageScan(source.PoolCount + source.TestCount);
        Action<int, Image> describe = scan.descriptors is { } descriptors ? descriptors.Set : (_, _) => { };
        if (source is { Root: { } root, Paths: { } paths })
            Look(root, paths, scan.Facts, scan.Reasons, describe, progress, cancel);
        else
            Draw(source, options, scan.Facts, describe, progress, cancel);
        return scan;
    }

    /// <summary>Joins images of equal pixels; of large ones, of equal pixels once they are reduced.</summary>
    /// <param name="joined">The sets.</param>
    /// <param name="contents">What else shows that images are equal; null where nothing does.</param>
    public void JoinEqual(DisjointSets joined, IReadOnlyList<UInt128>? contents)
    {
        if (contents is not null)
            joined.Join(contents);
        joined.Join([.. Facts.Select(fact => (object?)fact?.Content)]);
    }

    /// <summary>Joins images that are nearly equal, where there are no more of them than can be compared.</summary>
    public void JoinNear(DisjointSets joined, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        progress?.Report(new DataProgress("comparing images", 0, Facts.Length));
        int[] different = [.. Enumerable.Range(0, Facts.Length).Where(item => Facts[item] is not null).DistinctBy(joined.Find)];
        descriptors?.Join(joined, different, cancel);
    }

    private static void Look(
        string root, IReadOnlyList<string> paths, ImageFacts?[] facts, string?[] reasons, Action<int, Image> describe,
        IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        int done = 0, step = Math.Max(1, facts.Length / 100);
        Parallel.For(0, facts.Length, new ParallelOptions { CancellationToken = cancel }, item =>
        {
            string path = Path.Combine(root, paths[item]);
            reasons[item] = FileReading.WhyNot(() =>
            {
                (Image image, (int, int) stored) = ImageDecoder.Decode(path, ShortSide);
                FileKind header = FileKind.Of(path);
                facts[item] = ImageFacts.Of(
                    image, stored, header.Bits is 8 or 0 ? header.Format : $"{header.Format} of {header.Bits} bits");
                describe(item, image);
            });
            int now = Interlocked.Increment(ref done);
            if (now % step == 0 || now == facts.Length)
                progress?.Report(new DataProgress("looking at images", now, facts.Length));
        });
    }

    private static void Draw(
        ImageSource source, DataOptions options, ImageFacts?[] facts, Action<int, Image> describe, IProgress<DataProgress>? progress,
        CancellationToken cancel)
    {
        // The size of views decides how far files are reduced, and these are none.
        DataOptions drawn = options with { ImageSize = ShortSide, Cache = null, Limit = 0 };
        for (int from = 0; from < facts.Length; from += AtATime)
        {
            int first = from;
            LoadedImages loaded = source.Load([.. Enumerable.Range(first, Math.Min(AtATime, facts.Length - first))], drawn, null, cancel);
            Parallel.For(0, loaded.Images.Count, new ParallelOptions { CancellationToken = cancel }, i =>
            {
                if (loaded.Images[i] is not { } image)
                    return;
                facts[first + i] = ImageFacts.Of(image, (image.Height, image.Width), source.Kind);
                describe(first + i, image);
            });
            progress?.Report(new DataProgress("looking at images", Math.Min(from + AtATime, facts.Length), facts.Length));
        }
    }
}
