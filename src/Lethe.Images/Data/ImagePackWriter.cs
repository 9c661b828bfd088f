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

    private readonly PackEntry[] entries = new PackEntry[files.Count];
    private readonly ArrayBufferWriter<byte> texts = new();
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
            AtomicFile.Write(path, stream => Write(stream, stage, progress, cancel));
        }
        catch (Exception error) when (error is RunException or IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The cache '{path}' cannot be written: {(error.InnerException ?? error).Message} Wait if another run "
                + "is making it; else give --cache a path on a disk with room that you may write to, or leave it out.", error);
        }
    }

    private void Write(Stream stream, string stage, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        stream.SetLength(0);
        stream.Write(new byte[PackHeader.Size]);
        var images = new Image[AtATime];
        var reasons = new string?[AtATime];
        for (int from = 0; from < files.Count; from += AtATime)
        {
            int n = Math.Min(AtATime, files.Count - from), first = from;
            Parallel.For(0, n, new ParallelOptions { CancellationToken = cancel }, i =>
            {
                string path = Path.Combine(root, files[first + i]);
                reasons[i] = FileReading.WhyNot(() =>
                {
                    DecodedFile file = ImageDecoder.Decode(path, shortSide, 0, maxMegapixels);
                    images[i] = file.Image;
                    (entries[first + i].SourceHeight, entries[first + i].SourceWidth) = file.Stored;
                    entries[first + i].MorePages = file.MorePages;
                });
            });
            for (int i = 0; i < n; i++)
            {
                if (reasons[i] is { } reason)
                    entries[from + i].Reason = Keep(reason);
                else
                    Append(stream, images[i], from + i);
            }

            progress?.Report(new DataProgress(stage, from + n, files.Count));
        }

        Finish(stream);
    }

    private void Append(Stream stream, Image image, int place)
    {
        ref PackEntry entry = ref entries[place];
        (entry.Channels, entry.Samples) = (image.Channels, (int)image.Samples);
        if ((image.Channels, image.Samples) != (channels, samples))
        {
            int[] good = [.. Enumerable.Range(0, place + 1).Where(i => entries[i].Reason == 0)];
            (int Channels, SampleType Samples) wanted = ImageConversion.Common(
                [.. good.Select(i => (entries[i].Channels, (SampleType)entries[i].Samples))], k => files[good[k]]);
            if (channels > 0 && wanted != (channels, samples))
                Widen(stream, wanted.Channels, wanted.Samples);
            (channels, samples) = wanted;
        }

        Put(stream, Converted(image, channels, samples), stream.Position, ref entry);
    }

    private static Image Converted(Image image, int channels, SampleType samples) =>
        ImageConversion.ToChannels(ImageConversion.ToSamples(image, samples), channels);

    // Images that were written before the first one in colour, or of deeper samples: from the last to the first, so that none is
    // overwritten before it is read.
    private void Widen(Stream stream, int wider, SampleType deeper)
    {
        var before = new Image(default, 0, 0, channels) { Samples = samples };
        int times = wider * deeper.Size() / before.PixelBytes;
        long origin = PackHeader.Size, end = origin + (times * (stream.Position - origin));
        for (int i = entries.Length - 1; i >= 0; i--)
        {
            if (entries[i].Offset == 0)
                continue;
            byte[] pixels = new byte[entries[i].Height * entries[i].Width * before.PixelBytes];
            stream.Position = entries[i].Offset;
            stream.ReadExactly(pixels);
            Image image = before with { Pixels = pixels, Height = entries[i].Height, Width = entries[i].Width };
            Put(stream, Converted(image, wider, deeper), origin + (times * (entries[i].Offset - origin)), ref entries[i]);
        }

        stream.Position = end;
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

    private void Finish(Stream stream)
    {
        ReadOnlySpan<byte> index = MemoryMarshal.AsBytes<PackEntry>(entries);
        int indexLength = index.Length + texts.WrittenCount;
        var checksum = new XxHash128();
        checksum.Append(index);
        checksum.Append(texts.WrittenSpan);

        // Entries are read where they lie.
        stream.Position = (stream.Position + 7) / 8 * 8;
        var header = new PackHeader
        {
            Magic = PackHeader.ExpectedMagic,
            Version = PackHeader.CurrentVersion,
            ShortSide = shortSide,
            Channels = Math.Max(channels, 1),
            Samples = (int)samples,
            Count = files.Count,
            IndexOffset = stream.Position,
            IndexLength = indexLength,
            FileLength = stream.Position + indexLength,
            Listing = listing,
            IndexChecksum = checksum.GetCurrentHashAsUInt128(),
        };
        header.Checksum = header.ComputeChecksum();
        stream.Write(index);
        stream.Write(texts.WrittenSpan);
        stream.Position = 0;
        stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<PackHeader>(in header)));
    }
}
