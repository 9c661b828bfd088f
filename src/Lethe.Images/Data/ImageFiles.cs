using Lethe.Data.Formats;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Reads image files as they are, without dividing or labelling them: what embedding a folder needs.</summary>
public static class ImageFiles
{
    /// <summary>Reads all images below a folder, or one file.</summary>
    /// <param name="path">A folder, searched recursively, an image file, or a .npy file of images [N, H, W] or [N, H, W, C].</param>
    /// <param name="imageSize">
    /// Height and width of the views to come, in pixels; larger images are reduced to what views of that size need.
    /// </param>
    /// <param name="channels">1 to get grey, 3 to get colour, another number where images have so many; 0 lets the images decide.</param>
    /// <param name="maxBadFiles">How many files may be corrupt or empty and are skipped.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>
    /// The images with their paths, relative to the folder with forward slashes, in ordinal order; and the files skipped.
    /// </returns>
    /// <exception cref="InvalidOptionException">The path does not exist, or a number cannot be used.</exception>
    /// <exception cref="DataException">There is no image, too many files are corrupt, or memory is too small.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static (ImageSet Images, IReadOnlyList<string> SkippedFiles) ReadAll(
        string path,
        int imageSize,
        int channels = 0,
        int maxBadFiles = 10,
        CancellationToken cancel = default) => ReadAll(path, imageSize, channels, maxBadFiles, progress: null, cancel);

    /// <summary>
    /// Reads one image from memory, as an upload: what <see cref="ReadAll(string, int, int, int, CancellationToken)"/> makes of a file.
    /// </summary>
    /// <param name="image">The bytes of the file, read from where the stream stands to its end.</param>
    /// <param name="imageSize">
    /// Height and width of the views to come, in pixels; a larger image is reduced to what views of that size need.
    /// </param>
    /// <param name="channels">1 to get grey, 3 to get colour, another number where the image has so many; 0 lets the image decide.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InvalidOptionException">A number cannot be used.</exception>
    /// <exception cref="DataException">It is no image that can be read; the message says why.</exception>
    public static Image Read(Stream image, int imageSize, int channels = 0)
    {
        ArgumentNullException.ThrowIfNull(image);
        Check(imageSize, channels);
        try
        {
            return ImageDecoder.Decode(image, FileReading.ShortSide(imageSize), channels).Image;
        }
        catch (DataException error)
        {
            throw new DataException($"The image cannot be read: {error.Message}. Give a whole {FileSignature.Read}.", error);
        }
    }

    /// <summary>The same, which tells from several threads how far the reading is.</summary>
    internal static (ImageSet Images, IReadOnlyList<string> SkippedFiles) ReadAll(
        string path, int imageSize, int channels, int maxBadFiles, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        if (NpyStack.IsPath(path))
        {
            Check(imageSize, channels);
            var stack = NpyStack.Open(path);
            return (Of(stack, [.. Enumerable.Range(0, stack.Names.Count)], imageSize, channels, cancel), []);
        }

        (string root, string[] files) = List(path, imageSize, channels, maxBadFiles, cancel);
        return Read(path, new FileReading(root, files, maxBadFiles, progress, cancel), files, imageSize, channels);
    }

    /// <summary>The same, some files at a time, so that only those are in memory. A part may have no image.</summary>
    /// <param name="path">A folder, searched recursively, or an image file.</param>
    /// <param name="imageSize">Height and width of the views to come, in pixels.</param>
    /// <param name="channels">1 to 16.</param>
    /// <param name="maxBadFiles">How many files may be corrupt or empty and are skipped, in all parts together.</param>
    /// <param name="atATime">Files of a part.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <param name="share">Which of so many equal shares of the files to read; all by default.</param>
    internal static IEnumerable<(ImageSet Images, IReadOnlyList<string> SkippedFiles)> ReadParts(
        string path, int imageSize, int channels, int maxBadFiles, int atATime, CancellationToken cancel,
        (int Index, int Count)? share = null)
    {
        (int index, int count) = share ?? (0, 1);
        Range Own(int items) => (int)((long)items * index / count)..(int)((long)items * (index + 1) / count);
        if (NpyStack.IsPath(path))
        {
            Check(imageSize, channels);
            var stack = NpyStack.Open(path);
            return Enumerable.Range(0, stack.Names.Count).Take(Own(stack.Names.Count)).Chunk(atATime)
                .Select(items => (Of(stack, items, imageSize, channels, cancel), (IReadOnlyList<string>)[]));
        }

        (string root, string[] files) = List(path, imageSize, channels, maxBadFiles, cancel);
        return Parts();

        IEnumerable<(ImageSet Images, IReadOnlyList<string> SkippedFiles)> Parts()
        {
            var skipped = new List<string>();
            foreach (string[] part in files[Own(files.Length)].Chunk(atATime))
            {
                var reading = new FileReading(root, part, maxBadFiles - skipped.Count, null, cancel);
                (ImageSet Images, IReadOnlyList<string> SkippedFiles) read =
                    Read(path, reading, part, imageSize, channels, mayBeNone: true);
                skipped.AddRange(read.SkippedFiles);
                yield return read;
            }

            if (skipped.Count == files.Length)
                throw new DataException(
                    $"None of {files.Length} image files in '{path}' can be used, as\n  {skipped[0]}\nGive a folder of whole image files.");
        }
    }

    /// <summary>How many image files there are: 1 for a file, 0 where there is nothing.</summary>
    /// <param name="path">A folder, searched recursively, or a file.</param>
    internal static int Count(string path) =>
        NpyStack.IsPath(path) ? NpyStack.Open(path).Names.Count
        : File.Exists(path) ? 1 : Directory.Exists(path) ? ImageListing.ImagesBelow(path).Length : 0;

    private static ImageSet Of(NpyStack stack, int[] items, int imageSize, int channels, CancellationToken cancel) =>
        new("stack", stack.Read(items, imageSize, channels, cancel), paths: [.. items.Select(i => stack.Names[i])]);

    /// <summary>Makes sure that there is something where images are said to be.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <exception cref="InvalidOptionException">There is nothing; the message has the nearest path.</exception>
    internal static void RequirePath(string path)
    {
        if (!Path.Exists(path))
            throw new InvalidOptionException(
                $"'{path}' does not exist; expected a folder of images or an image file.{Suggestion.OfPath(path)}");
    }

    private static (string Root, string[] Files) List(
        string path, int imageSize, int channels, int maxBadFiles, CancellationToken cancel)
    {
        Check(imageSize, channels);
        if (maxBadFiles < 0)
            throw new InvalidOptionException($"--max-bad-files must not be negative, found {maxBadFiles}.");
        RequirePath(path);
        bool isFile = File.Exists(path);
        string root = isFile ? Path.GetDirectoryName(path)! : path;
        string[] files = isFile ? [Path.GetFileName(path)] : ImageListing.ImagesBelow(path, cancel);
        return files.Length > 0
            ? (root, files)
            : throw new DataException(
                $"There is no image in '{path}' or below it; expected {FileSignature.Read} files. {ImageListing.WhatIsIn(path)}");
    }

    private static (ImageSet Images, IReadOnlyList<string> SkippedFiles) Read(
        string name, FileReading reading, string[] files, int imageSize, int channels, bool mayBeNone = false)
    {
        Image?[] images = reading.Decode(imageSize, channels, "Read a part of the folder at a time.", mayBeNone);
        int[] good = [.. Enumerable.Range(0, files.Length).Where(i => images[i] is not null)];
        var set = new ImageSet(name, [.. good.Select(i => images[i]!.Value)], paths: [.. good.Select(i => files[i])]);
        return (set, reading.SkippedFiles);
    }

    private static void Check(int imageSize, int channels)
    {
        if (imageSize is < 16 or > FileReading.LargestView)
            throw new InvalidOptionException(
                $"The size of views must be between 16 and {FileReading.LargestView} pixels, found {imageSize}.");
        if (channels is < 0 or > Image.MostChannels)
            throw new InvalidOptionException(
                $"Images have 1 to {Image.MostChannels} channels (0 lets the images decide), found {channels}.");
    }
}
