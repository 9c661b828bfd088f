using System.Buffers;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Data;

/// <summary>
/// Makes an <see cref="ImagePack"/>: files are decoded on all cores, a few at a time, and written in order, so that memory stays flat.
/// </summary>
internal sealed class ImagePackWriter(
    string root, IReadOnlyList<string> files, UInt128 listing, int shortSide, int maxMegapixels = ImageDecoder.MaxMegapixels)
{
    private const int AtATime = 128;

    private readonly ArrayBufferWriter<byte> texts = new();
    private readonly ImageKinds kinds = new();
    private int channels; // of what is written; 0 before the first image
    private SampleType samples;

    /// <summary>Writes the pack, whole or not at all.</summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <param name="stage">What progress calls it.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancel">Stops it; nothing is left behind.</param>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public void Write(string path, string stage, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        try
        {
            Disk.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);

            // Entries stand behind the pixels; until these are written they wait on disk too.
            using FileStream entries = ScratchFile.Create(Path.GetDirectoryName(Path.GetFullPath(path))!);
            AtomicFile.Write(path, stream => Write(stream, entries, stage, progress, cancel));
        }
        catch (Exception error) when (error is RunException or IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The cache '{path}' cannot be written: {(error.InnerException ?? error).Message} Wait if another run "
                + "is making it; else give --cache a path on a disk with room that you may write to, or leave it out.", error);
        }
    }

    private void Write(Stream stream, FileStream entries, string stage, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        stream.SetLength(0);
        stream.Write(new byte[PackHeader.Size]);
        var images = new Image[AtATime];
        var reasons = new string?[AtATime];
        var read = new PackEntry[AtATime];
        for (int from = 0; from < files.Count; from += AtATime)
        {
            int n = Math.Min(AtATime, files.Count - from), first = from;
            Parallel.For(0, n, new ParallelOptions { CancellationToken = cancel }, i =>
            {
                string path = Path.Combine(root, files[first + i]);
                read[i] = default;
                reasons[i] = FileReading.WhyNot(() =>
                {
                    DecodedFile file = ImageDecoder.Decode(path, shortSide, 0, maxMegapixels);
                    images[i] = file.Image;
                    (read[i].SourceHeight, read[i].SourceWidth) = file.Stored;
                    read[i].MorePages = file.MorePages;
                });
            });
            for (int i = 0; i < n; i++)
            {
                if (reasons[i] is { } reason)
                    read[i].Reason = Keep(reason);
                else
                    Append(stream, entries, images[i], from + i, ref read[i]);
                entries.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<PackEntry>(in read[i])));
            }

            progress?.Report(new DataProgress(stage, from + n, files.Count));
        }

        Finish(stream, entries);
    }

    private void Append(Stream stream, FileStream entries, Image image, int place, ref PackEntry entry)
    {
        (entry.Channels, entry.Samples) = (image.Channels, (int)image.Samples);
        kinds.Add(image.Channels, image.Samples, place);
        if ((image.Channels, image.Samples) != (channels, samples))
        {
            (int Channels, SampleType Samples) wanted = kinds.Common(i => files[i]);
            if (channels > 0 && wanted != (channels, samples))
                Widen(stream, entries, wanted.Channels, wanted.Samples);
            (channels, samples) = wanted;
        }

        Put(stream, Converted(image, channels, samples), stream.Position, ref entry);
    }

    private static Image Converted(Image image, int channels, SampleType samples) =>
        ImageConversion.ToChannels(ImageConversion.ToSamples(image, samples), channels);

    // Images that were written before the first one in colour, or of deeper samples: from the last to the first, so that none is
    // overwritten before it is read.
    private void Widen(Stream stream, FileStream entries, int wider, SampleType deeper)
    {
        var before = new Image(default, 0, 0, channels) { Samples = samples };
        int times = wider * deeper.Size() / before.PixelBytes, size = Marshal.SizeOf<PackEntry>();
        long origin = PackHeader.Size, end = origin + (times * (stream.Position - origin)), written = entries.Position;
        var some = new PackEntry[AtATime];
        for (long to = written / size; to > 0; to -= AtATime)
        {
            int n = (int)Math.Min(AtATime, to);
            entries.Position = (to - n) * size;
            entries.ReadExactly(MemoryMarshal.AsBytes(some.AsSpan(0, n)));
            for (int i = n - 1; i >= 0; i--)
            {
                if (some[i].Offset == 0)
                    continue;
                byte[] pixels = new byte[some[i].Height * some[i].Width * before.PixelBytes];
                stream.Position = some[i].Offset;
                stream.ReadExactly(pixels);
                Image image = before with { Pixels = pixels, Height = some[i].Height, Width = some[i].Width };
                Put(stream, Converted(image, wider, deeper), origin + (times * (some[i].Offset - origin)), ref some[i]);
            }

            entries.Position = (to - n) * size;
            entries.Write(MemoryMarshal.AsBytes(some.AsSpan(0, n)));
        }

        (stream.Position, entries.Position) = (end, written);
    }

    private static void Put(Stream stream, Image image, long offset, ref PackEntry entry)
    {
        (entry.Offset, entry.Height, entry.Width) = (offset, image.Height, image.Width);
        entry.Checksum = XxHash3.HashToUInt64(image.Pixels.Span);
        stream.Position = offset;
        stream.Write(image.Pixels.Span);
    }

    private int Keep(string reason)
    {
        int at = texts.WrittenCount + 1;
        byte[] text = Encoding.UTF8.GetBytes(reason);
        texts.Write(BitConverter.GetBytes(text.Length));
        texts.Write(text);
        return at;
    }

    private void Finish(Stream stream, FileStream entries)
    {
        // Entries are read where they lie.
        long begin = (stream.Position + 7) / 8 * 8, entriesLength = entries.Length;
        stream.Position = begin;
        entries.Position = 0;
        var checksum = new XxHash128();
        byte[] some = new byte[1 << 16];
        for (int read; (read = entries.Read(some)) > 0;)
        {
            checksum.Append(some.AsSpan(0, read));
            stream.Write(some.AsSpan(0, read));
        }

        checksum.Append(texts.WrittenSpan);
        stream.Write(texts.WrittenSpan);
        int indexLength = (int)entriesLength + texts.WrittenCount;
        var header = new PackHeader
        {
            Magic = PackHeader.ExpectedMagic,
            Version = PackHeader.CurrentVersion,
            ShortSide = shortSide,
            Channels = Math.Max(channels, 1),
            Samples = (int)samples,
            Count = files.Count,
            IndexOffset = begin,
            IndexLength = indexLength,
            FileLength = begin + indexLength,
            Listing = listing,
            IndexChecksum = checksum.GetCurrentHashAsUInt128(),
        };
        header.Checksum = header.ComputeChecksum();
        stream.Position = 0;
        stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<PackHeader>(in header)));
    }
}
