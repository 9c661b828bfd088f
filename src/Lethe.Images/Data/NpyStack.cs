using Lethe.Data.Formats;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Data;

/// <summary>
/// The images of one .npy file, [N, H, W] or [N, H, W, C]. The file is mapped into memory: what is not looked at is not read, and images
/// that lie in it as views need them are never copied.
/// </summary>
internal sealed class NpyStack
{
    private readonly string path;
    private readonly MappedFile file;
    private readonly NpyImages images;
    private readonly long start; // of the elements

    private NpyStack(string path, MappedFile file, NpyImages images, long start)
    {
        (this.path, this.file, this.images, this.start) = (path, file, images, start);
        string name = System.IO.Path.GetFileName(path);
        Names = [.. Enumerable.Range(0, images.Count).Select(i => Invariant($"{name}#{i}"))];
    }

    /// <summary>What the images are called: the file's name and their place, as images.npy#12.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Height and width of all images.</summary>
    public (int Height, int Width) Size => (images.Height, images.Width);

    /// <summary>What is to be known of the array, in sentences.</summary>
    public IReadOnlyList<string> Notices => images.Axes == "NCHW"
        ?
        [
            $"'{path}' is taken as [N, C, H, W]: {images.Count} images of {images.Channels} channels, {images.Height}×{images.Width} "
                + "pixels.",
        ]
        : [];

    /// <summary>Whether a path is that of a .npy file.</summary>
    public static bool IsPath(string path) => path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) && File.Exists(path);

    /// <summary>Opens a file; elements are read when they are looked at.</summary>
    /// <exception cref="DataException">It is no stack of images, or is cut off.</exception>
    public static NpyStack Open(string path)
    {
        try
        {
            NpyHeader header;
            long start;
            using (FileStream stream = File.OpenRead(path))
            {
                header = NpyFile.ReadHeader(stream, path);
                start = stream.Position;
                NpyImages images = NpyImages.Stack(header);
                long expected = header.Shape.Aggregate((long)header.ElementSize, (size, length) => checked(size * length));
                if (stream.Length - start < expected)
                    throw new DataException($"it is cut off: {stream.Length - start} of {expected} bytes are there; copy it again");
                if (images.Count == 0)
                    throw new DataException("it holds no images");
                if (images.Extent > 1 << 30)
                    throw new DataException("its images are scattered over the file: save it with numpy.ascontiguousarray");
                return new NpyStack(path, MappedFile.Open(path), images, start);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OverflowException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
        catch (DataException error) when (!error.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new DataException($"'{path}' cannot be used: {error.Message}.", error);
        }
    }

    /// <summary>Reads some images.</summary>
    /// <param name="items">Which.</param>
    /// <param name="imageSize">Height and width of a view; larger images are reduced to what it needs.</param>
    /// <param name="channels">Channels, or 0 for those of the file.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="DataException">Memory is too small, or the channels do not fit.</exception>
    public Image[] Read(IReadOnlyList<int> items, int imageSize, int channels, CancellationToken cancel)
    {
        (int height, int width) = Reduction.TargetSize(images.Height, images.Width, FileReading.ShortSide(imageSize));
        bool isInPlace = images.AreAsStored && (height, width) == Size && channels is var asked && (asked == 0 || asked == images.Channels);
        if (!isInPlace)
        {
            long bytes = (long)height * width * Math.Max(images.Channels, channels) * images.Samples.Size();
            MemoryBudget.Require(
                items.Count * bytes, $"{items.Count} images at --image-size {imageSize}", "Use --limit N or a smaller --image-size.");
        }

        var read = new Image[items.Count];
        Parallel.For(0, items.Count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            Image image = Reduction.Reduce(At(items[i]), height, width);
            read[i] = channels == 0 ? image : ImageConversion.ToChannels(image, channels);
        });
        return read;
    }

    /// <summary>For each image what tells it from all that are not equal.</summary>
    public UInt128[] Fingerprints(CancellationToken cancel)
    {
        var found = new UInt128[images.Count];
        Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = cancel }, i => found[i] = Fingerprint.OfPixels(At(i)));
        return found;
    }

    private Image At(int item)
    {
        ReadOnlyMemory<byte> bytes = file.Slice(start + images.Start(item), (int)images.Extent);
        return images.AreAsStored ? images.Of(bytes) : images.Convert(bytes.Span);
    }
}
