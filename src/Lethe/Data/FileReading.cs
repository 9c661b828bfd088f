using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// One reading of many image files into memory: headers first, so that sizes and memory are known, then pixels, both
/// on all cores. Each result is put where its file stands in the list: the order of threads changes nothing.
/// </summary>
internal sealed class FileReading(
    string root, IReadOnlyList<string> files, int maxBadFiles, IProgress<DataProgress>? progress, CancellationToken cancel, int threads = -1)
{
    private readonly string?[] reasons = new string?[files.Count];
    private readonly (int Height, int Width)[] sizes = new (int, int)[files.Count];

    /// <summary>Files that could not be read, in the order of their paths, as <c>path: reason</c>.</summary>
    public IReadOnlyList<string> SkippedFiles =>
        [.. Enumerable.Range(0, files.Count).Where(i => reasons[i] is not null).OrderBy(i => files[i], StringComparer.Ordinal).Select(i => $"{FullPath(i)}: {reasons[i]}")];

    public SizeRange ReadHeaders()
    {
        ForEachGoodFile("reading headers", i => sizes[i] = ImageDecoder.ReadSize(FullPath(i)));
        (int, int)[] good = [.. Enumerable.Range(0, files.Count).Where(i => reasons[i] is null).Select(i => sizes[i])];
        return good.Length > 0 ? SizeRange.Of(good) : throw NoGoodFile();
    }

    /// <param name="imageSize">Height and width of a view; larger images are reduced to what it needs.</param>
    /// <param name="channels">1 or 3, or 0 for 1 where all images are grey and 3 otherwise.</param>
    /// <param name="advice">What to do where memory is too small.</param>
    public Image?[] Decode(int imageSize, int channels, string advice)
    {
        // Views are cut at random from the whole image: a little more than their own size keeps detail in the crops;
        // 256 stored pixels for views of 224 is the custom.
        int shortSide = (int)Math.Ceiling(1.15 * imageSize);
        MemoryBudget.Require(
            sizes.Where((_, i) => reasons[i] is null).Sum(size =>
            {
                (int height, int width) = Reduction.TargetSize(size.Height, size.Width, shortSide);
                return (long)height * width * (channels == 1 ? 1 : 3);
            }),
            $"{files.Count} images at --image-size {imageSize}",
            advice);

        var images = new Image?[files.Count];
        ForEachGoodFile("decoding", i =>
        {
            Image image = ImageDecoder.Decode(FullPath(i), shortSide);
            images[i] = channels == 0 ? image : ImageDecoder.ToChannels(image, channels);
        });
        if (images.All(image => image is null))
            throw NoGoodFile();
        if (channels == 0 && images.Any(image => image is { Channels: 3 }))
        {
            for (int i = 0; i < images.Length; i++)
            {
                if (images[i] is { } image)
                    images[i] = ImageDecoder.ToChannels(image, 3);
            }
        }

        return images;
    }

    private string FullPath(int index) => Path.Combine(root, files[index]);

    private void ForEachGoodFile(string stage, Action<int> read)
    {
        int done = 0;
        int step = Math.Max(1, files.Count / 100);
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = threads }, i =>
        {
            if (reasons[i] is null)
            {
                try
                {
                    read(i);
                }
                catch (DataException error)
                {
                    reasons[i] = error.Message;
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    reasons[i] = $"cannot be read: {error.Message}";
                }
            }

            int count = Interlocked.Increment(ref done);
            if (count % step == 0 || count == files.Count)
                progress?.Report(new DataProgress(stage, count, files.Count));
        });
        int bad = reasons.Count(reason => reason is not null);
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
