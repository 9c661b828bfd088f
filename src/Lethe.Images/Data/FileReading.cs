using System.Collections;
using System.Collections.Concurrent;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// One reading of many image files into memory, on all cores: first the headers where the sizes decide what is read, else those of a few
/// files, so that it is known whether memory will do; then pixels. Each result is put where its file stands in the list: the order of
/// threads changes nothing.
/// </summary>
internal sealed class FileReading(
    string root, IReadOnlyList<string> files, int maxBadFiles, IProgress<DataProgress>? progress, CancellationToken cancel,
    int threads = -1, int maxMegapixels = ImageDecoder.MaxMegapixels)
{
    /// <summary>The largest height and width of a view.</summary>
    public const int LargestView = 1024;

    private const int SampledHeaders = 256;

    // Of the few files that have them: there may be millions of others.
    private readonly ConcurrentDictionary<int, string> reasons = [];
    private readonly ConcurrentDictionary<int, int> morePages = [];
    private IReadOnlyList<(int Height, int Width)> sizes = [];

    /// <summary>Files that could not be read, in the order of their paths, as <c>path: reason</c>.</summary>
    public IReadOnlyList<string> SkippedFiles =>
        [
            .. reasons.OrderBy(bad => files[bad.Key], StringComparer.Ordinal).Select(bad => $"{FullPath(bad.Key)}: {bad.Value}"),
        ];

    /// <summary>The sizes in the files, once headers or pixels have been read.</summary>
    public SizeRange Sizes => Good().Any() ? SizeRange.Of(Good().Select(i => sizes[i])) : throw NoGoodFile();

    /// <summary>What was found in the files that people should know, in sentences.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            if (morePages.IsEmpty)
                return [];
            (int first, int more) = morePages.MinBy(file => files[file.Key], StringComparer.Ordinal);
            return
            [
                $"{morePages.Count} of {files.Count} files hold more than one image, as {files[first]} "
                    + $"({1 + more} pages): the first page of each is used. "
                    + "To use all, save each as a file of its own, or all as one .npy file.",
            ];
        }
    }

    public SizeRange ReadHeaders()
    {
        var read = new (int, int)[files.Count];
        sizes = read;
        ForEachGoodFile("reading headers", i => read[i] = ImageDecoder.ReadSize(FullPath(i)));
        return Sizes;
    }

    /// <param name="imageSize">Height and width of a view; larger images are reduced to what it needs.</param>
    /// <param name="channels">Channels, or 0 to let the images decide.</param>
    /// <param name="advice">What to do where memory is too small.</param>
    /// <param name="mayBeNone">Whether it is no error where no file can be read.</param>
    public Image?[] Decode(int imageSize, int channels, string advice, bool mayBeNone = false)
    {
        int shortSide = ShortSide(imageSize);
        string what = $"{files.Count} images at --image-size {imageSize}";
        MemoryBudget.Require(EstimateBytes(shortSide, channels), what, advice);
        var images = new Image?[files.Count];
        var stored = new (int, int)[files.Count];
        sizes = stored;
        long bytes = 0, largest = MemoryBudget.Largest;
        ForEachGoodFile("decoding", i =>
        {
            if (Interlocked.Read(ref bytes) > largest)
                return; // the files of the estimate were smaller than the rest
            DecodedFile file = ImageDecoder.Decode(FullPath(i), shortSide, channels, maxMegapixels);
            Image image = file.Image;
            stored[i] = file.Stored;
            if (file.MorePages > 0)
                morePages[i] = file.MorePages;
            images[i] = image;
            Interlocked.Add(ref bytes, image.Pixels.Length);
        });
        MemoryBudget.Require(bytes, what, advice);
        if (!mayBeNone && images.All(image => image is null))
            throw NoGoodFile();
        Unite(images);
        return images;
    }

    /// <summary>The sizes of files that are in a pack.</summary>
    /// <param name="pack">The pack.</param>
    /// <param name="places">Where in it each file is.</param>
    public SizeRange Look(ImagePack pack, int[] places)
    {
        for (int i = 0; i < places.Length; i++)
        {
            if (pack.ReasonAgainst(places[i]) is { } reason)
                reasons[i] = reason;
            if (pack[places[i]].MorePages is > 0 and var more)
                morePages[i] = more;
        }

        sizes = new LazyList<(int, int)>(places.Length, i => (pack[places[i]].SourceHeight, pack[places[i]].SourceWidth));
        RequireFewBad();
        return Sizes;
    }

    /// <summary>
    /// The images of a pack that was looked at, each checked. Pixels are not copied, unless what is stored has colour or depth that none of
    /// these files has.
    /// </summary>
    /// <returns>The images; null where one is damaged.</returns>
    public IReadOnlyList<Image?>? Take(ImagePack pack, int[] places)
    {
        // In the order on disk, which is read ahead.
        var wanted = new BitArray(pack.Count);
        foreach (int i in Good())
            wanted[places[i]] = true;
        int all = places.Length - reasons.Count, done = 0;
        bool damaged = false;
        Parallel.For(0, pack.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = threads }, (place, loop) =>
        {
            if (!wanted[place])
                return;
            if (!pack.IsWhole(place))
            {
                damaged = true;
                loop.Stop();
                return;
            }

            Report("checking the cache", ref done, all);
        });
        if (damaged)
            return null;
        var kinds = new ImageKinds();
        foreach (int i in Good())
            kinds.Add(pack[places[i]].Channels, (SampleType)pack[places[i]].Samples, i);
        (int channels, SampleType samples) = kinds.Common(i => files[i]);
        Image? At(int i) => reasons.ContainsKey(i) ? null : pack.Read(places[i]);
        if (all == 0 || (channels, samples) == (pack.Channels, pack.Samples))
            return new LazyList<Image?>(places.Length, At);
        MemoryBudget.Require(
            Good().Sum(i => (long)At(i)!.Value.Pixels.Length / pack.Channels * channels),
            $"{files.Count} {(channels == 1 ? "grey" : samples.Name())} images of a folder with others",
            "Use --limit N.");
        return
        [
            .. Enumerable.Range(0, places.Length).Select(At).Select(image => image is { } stored
                ? (Image?)ImageConversion.ToChannels(ImageConversion.Narrow(stored, samples), channels)
                : null),
        ];
    }

    // All of the same channels and samples.
    private void Unite(Image?[] images)
    {
        var kinds = new ImageKinds();
        foreach (int i in Read())
            kinds.Add(images[i]!.Value.Channels, images[i]!.Value.Samples, i);
        (int channels, SampleType samples) = kinds.Common(i => files[i]);
        foreach (int i in Read())
            images[i] = ImageConversion.ToChannels(ImageConversion.ToSamples(images[i]!.Value, samples), channels);

        IEnumerable<int> Read() => Enumerable.Range(0, images.Length).Where(i => images[i] is not null);
    }

    /// <summary>What a failed reading of a file says of it; null where it succeeds.</summary>
    internal static string? WhyNot(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (DataException error)
        {
            return error.Message;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {error.Message}";
        }
    }

    /// <summary>
    /// The short side that images are kept at. Views are cut at random from the whole image: a little more than their own size keeps detail
    /// in the crops; 256 stored pixels for views of 224 is the custom.
    /// </summary>
    internal static int ShortSide(int imageSize) => (int)Math.Ceiling(1.15 * imageSize);

    /// <summary>Bytes of all images, by the headers that were read or, if none were, of a few files.</summary>
    internal long EstimateBytes(int shortSide, int channels)
    {
        int step = Math.Max(1, files.Count / SampledHeaders), seen = 0;
        long bytes = 0;
        for (int i = 0; i < files.Count; i += step)
        {
            try
            {
                ImageHeader header = ImageDecoder.ReadHeader(FullPath(i));
                (int height, int width) = Reduction.TargetSize(header.Height, header.Width, shortSide);
                int pixel = header.PixelBytes == 3 && channels == 1 ? 1 : header.PixelBytes;
                bytes += (long)height * width * pixel;
                seen++;
            }
            catch (Exception error) when (error is DataException or IOException or UnauthorizedAccessException)
            {
                // Decoding will find the same and tell.
            }
        }

        return seen == 0 ? 0 : (long)((double)bytes / seen * files.Count);
    }

    private string FullPath(int index) => Path.Combine(root, files[index]);

    private IEnumerable<int> Good() => Enumerable.Range(0, files.Count).Where(i => !reasons.ContainsKey(i));

    private void ForEachGoodFile(string stage, Action<int> read)
    {
        int done = 0;
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = threads }, i =>
        {
            if (!reasons.ContainsKey(i) && WhyNot(() => read(i)) is { } reason)
                reasons[i] = reason;
            Report(stage, ref done, files.Count);
        });
        RequireFewBad();
    }

    private void Report(string stage, ref int done, int all)
    {
        int count = Interlocked.Increment(ref done);
        if (count % Math.Max(1, all / 100) == 0 || count == all)
            progress?.Report(new DataProgress(stage, count, all));
    }

    private void RequireFewBad()
    {
        int bad = reasons.Count;
        if (bad > maxBadFiles)
        {
            throw BadFiles(
                $"{bad} of {files.Count} image files cannot be used, more than --max-bad-files {maxBadFiles} allows",
                "Repair or remove them, or raise --max-bad-files to go on without them.");
        }
    }

    private DataException NoGoodFile() => BadFiles($"None of {files.Count} image files can be used", "Give a folder of whole image files.");

    private DataException BadFiles(string what, string advice)
    {
        const int Named = 5;
        IReadOnlyList<string> skipped = SkippedFiles;
        string more = skipped.Count > Named ? $"\n  and {skipped.Count - Named} more" : "";
        return new DataException(
            $"{what}:\n  {string.Join("\n  ", skipped.Take(Named))}{more}\n{advice}");
    }
}
