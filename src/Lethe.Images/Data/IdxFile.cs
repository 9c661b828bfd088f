using System.Buffers.Binary;
using System.IO.Compression;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// The IDX format of MNIST and its kin: a magic number (two zero bytes, the type 8 for unsigned bytes, the number of
/// dimensions), each dimension as a big-endian 32-bit number, then the values. Compressed by gzip where the name ends in .gz.
/// </summary>
internal static class IdxFile
{
    private const uint ImagesMagic = 0x0803;
    private const uint LabelsMagic = 0x0801;
    private const uint MaxSide = 10_000;

    // Images and labels of the world shrink to a tenth or so by gzip; what promises far more is a bomb.
    private const long MostGrowth = 100, Granted = 16 << 20;

    // What an image takes beside its pixels.
    private const long OfAnImage = 128;

    /// <summary>Reads grey images, [count, height, width].</summary>
    public static Image[] ReadImages(string path) => Read(path, (stream, most) => ReadImages(stream, path, most));

    /// <summary>Reads labels, [count].</summary>
    /// <param name="path">The file.</param>
    /// <param name="images">How many images they are of, which is looked at before any is read.</param>
    /// <param name="imagesFile">The file of the images.</param>
    public static int[] ReadLabels(string path, int images, string imagesFile) => Read(path, (stream, most) =>
        ReadLabels(stream, path, count => count == images ? Math.Min(most, count) : throw new DataException(
            $"'{path}' holds {count} labels for the {images} images of '{imagesFile}'; expected one for each. Get both files again.")));

    public static Image[] ReadImages(Stream stream, string path, long most = long.MaxValue)
    {
        uint[] sizes = ReadHeader(stream, path, ImagesMagic, "images");
        (uint count, uint height, uint width) = (sizes[0], sizes[1], sizes[2]);
        if (count is 0 or > int.MaxValue || height is 0 or > MaxSide || width is 0 or > MaxSide)
        {
            throw new DataException(
                $"'{path}' says that it holds {count} images of {height}×{width} pixels; expected at least one, of 1 to {MaxSide} "
                + "pixels a side. Get the file again.");
        }

        long bytes = (long)count * height * width;
        if (bytes > most)
        {
            throw new DataException(
                $"'{path}' says that it holds {count} images of {height}×{width} pixels, more than a file of its length can: it is "
                + "truncated, or no file of images. Get the file again.");
        }

        MemoryBudget.Require(
            bytes + count * OfAnImage, $"The {count} images of {height}×{width} pixels in '{path}'", "Use a smaller file.");
        var images = new List<Image>();
        for (int i = 0; i < count; i++)
        {
            byte[] pixels = new byte[height * width];
            int read = stream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false);
            if (read < pixels.Length)
                throw new DataException(
                    $"'{path}' is truncated: its header says {count} images, it ends in image {i}. Get the file again.");
            images.Add(new Image(pixels, (int)height, (int)width, Channels: 1));
        }

        RequireEnd(stream, path, $"{count} images");
        return [.. images];
    }

    public static int[] ReadLabels(Stream stream, string path, Func<uint, long>? check = null)
    {
        uint count = ReadHeader(stream, path, LabelsMagic, "labels")[0];
        if (check?.Invoke(count) < count)
            throw new DataException($"'{path}' says that it holds {count} labels, more than a file of its length can. Get the file again.");
        var labels = new List<int>();
        for (uint i = 0; i < count; i++)
        {
            int label = stream.ReadByte();
            if (label < 0)
                throw new DataException($"'{path}' is truncated: its header says {count} labels, it ends after {i}. Get the file again.");
            labels.Add(label);
        }

        RequireEnd(stream, path, $"{count} labels");
        return [.. labels];
    }

    /// <summary>Opens a file, and turns what can go wrong below into an error that names it.</summary>
    private static T Read<T>(string path, Func<Stream, long, T> read)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            bool compressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
            using Stream stream = compressed ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var buffered = new BufferedStream(stream, 1 << 16);
            return read(buffered, compressed ? file.Length * MostGrowth + Granted : file.Length);
        }
        catch (InvalidDataException error)
        {
            throw new DataException($"'{path}' is not a whole gzip file: {error.Message} Get the file again.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    private static uint[] ReadHeader(Stream stream, string path, uint expectedMagic, string what)
    {
        Span<byte> word = stackalloc byte[4];
        uint magic = Next(word);
        if (magic != expectedMagic)
            throw new DataException($"'{path}' is not an IDX file of {what}: expected the magic number {expectedMagic}, found {magic}.");
        uint[] sizes = new uint[magic & 0xFF];
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = Next(word);
        }

        return sizes;

        uint Next(Span<byte> buffer) =>
            stream.ReadAtLeast(buffer, 4, throwOnEndOfStream: false) == 4
                ? BinaryPrimitives.ReadUInt32BigEndian(buffer)
                : throw new DataException(
                    $"'{path}' is truncated: it ends within the header of an IDX file of {what}. Get the file again.");
    }

    /// <summary>Reading to the end also has gzip check its sum.</summary>
    private static void RequireEnd(Stream stream, string path, string what)
    {
        if (stream.ReadByte() >= 0)
            throw new DataException($"'{path}' goes on after the {what} that its header says. Get the file again.");
    }
}
