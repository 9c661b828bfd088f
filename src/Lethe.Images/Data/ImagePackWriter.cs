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
internal sealed class ImagePackWriter(string root, IReadOnlyList<string> files, UInt128 listing, int shortSide)
{
    private const int AtATime = 128;

    private readonly PackEntry[] entries = new PackEntry[files.Count];
    private readonly ArrayBufferWriter<byte> texts = new();
    private int channels = 1; // until the first colour image

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
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
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
                reasons[i] = FileReading.WhyNot(path, () =>
                    (images[i], (entries[first + i].SourceHeight, entries[first + i].SourceWidth)) = ImageDecoder.Decode(path, shortSide));
            });
            for (int i = 0; i < n; i++)
            {
                if (reasons[i] is { } reason)
                    entries[from + i].Reason = Keep(reason);
                else
                    Append(stream, images[i], ref entries[from + i]);
            }

            progress?.Report(new DataProgress(stage, from + n, files.Count));
        }

        Finish(stream);
    }

    private void Append(Stream stream, Image image, ref PackEntry entry)
    {
        if (image.Channels > channels)
        {
            channels = image.Channels;
            Widen(stream);
        }

        entry.Channels = image.Channels;
        Put(stream, ImageConversion.ToChannels(image, channels), stream.Position, ref entry);
    }

    // Grey images that were written before the first one in colour: from the last to the first, so that none is overwritten before it is
    // read.
    private void Widen(Stream stream)
    {
        long origin = PackHeader.Size, end = origin + (3 * (stream.Position - origin));
        for (int i = entries.Length - 1; i >= 0; i--)
        {
            if (entries[i].Offset == 0)
                continue;
            byte[] grey = new byte[entries[i].Height * entries[i].Width];
            stream.Position = entries[i].Offset;
            stream.ReadExactly(grey);
            Put(
                stream, ImageConversion.ToChannels(new Image(grey, entries[i].Height, entries[i].Width, 1), 3),
                origin + (3 * (entries[i].Offset - origin)), ref entries[i]);
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
        byte[] index = [.. MemoryMarshal.AsBytes<PackEntry>(entries), .. texts.WrittenSpan];

        // Entries are read where they lie.
        stream.Position = (stream.Position + 7) / 8 * 8;
        var header = new PackHeader
        {
            Magic = PackHeader.ExpectedMagic,
            Version = PackHeader.CurrentVersion,
            ShortSide = shortSide,
            Channels = channels,
            Count = files.Count,
            IndexOffset = stream.Position,
            IndexLength = index.Length,
            FileLength = stream.Position + index.Length,
            Listing = listing,
            IndexChecksum = XxHash128.HashToUInt128(index),
        };
        header.Checksum = header.ComputeChecksum();
        stream.Write(index);
        stream.Position = 0;
        stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<PackHeader>(in header)));
    }
}
