using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Data;

/// <summary>
/// Decoded images of all files of a folder in one file on disk, mapped into memory: what <c>--cache</c> keeps. A header with the
/// fingerprint of the files that it was made of, the pixels, an index with an entry for each file in the ordinal order of the paths.
/// </summary>
internal sealed class ImagePack
{
    private readonly MappedFile file;
    private readonly ReadOnlyMemory<byte> index;
    private readonly PackHeader header;

    private ImagePack(MappedFile file, PackHeader header)
    {
        this.file = file;
        this.header = header;
        index = file.Slice(header.IndexOffset, header.IndexLength);
    }

    /// <summary>How many files it was made of.</summary>
    public int Count => header.Count;

    /// <summary>The short side that images were reduced to, in pixels.</summary>
    public int ShortSide => header.ShortSide;

    /// <summary>Channels that all images are stored with.</summary>
    public int Channels => header.Channels;

    /// <summary>The type of samples that all images are stored with.</summary>
    public SampleType Samples => (SampleType)header.Samples;

    private ReadOnlySpan<PackEntry> Entries =>
        MemoryMarshal.Cast<byte, PackEntry>(index.Span[..(header.Count * Marshal.SizeOf<PackEntry>())]);

    /// <summary>Opens a pack, if it was made of these files and is whole; pixels are checked when they are read.</summary>
    /// <param name="path">The pack.</param>
    /// <param name="listing">Fingerprint of the files that it should be made of.</param>
    /// <returns>The pack; or null and why it cannot be used, null where there is none.</returns>
    /// <exception cref="DataException">The file is something else, or cannot be read.</exception>
    public static (ImagePack? Pack, string? Reason) TryOpen(string path, UInt128 listing)
    {
        if (!File.Exists(path))
            return (null, null);
        try
        {
            if (new FileInfo(path).Length < PackHeader.Size)
                throw NoPack(path);
            var file = MappedFile.Open(path);
            PackHeader header = MemoryMarshal.Read<PackHeader>(file.Slice(0, PackHeader.Size).Span);
            if (header.Magic != PackHeader.ExpectedMagic)
                throw NoPack(path);
            if (header.Version != PackHeader.CurrentVersion)
                return (null, $"it has the format {header.Version}, this program writes {PackHeader.CurrentVersion}");
            if (header.Checksum != header.ComputeChecksum() || header.FileLength != file.Length)
                return (null, "it is damaged");
            if (header.Listing != listing)
                return (null, "files were added, removed or changed since it was made");
            var pack = new ImagePack(file, header);
            return XxHash128.HashToUInt128(pack.index.Span) == header.IndexChecksum ? (pack, null) : (null, "it is damaged");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"The cache '{path}' cannot be read: {error.Message} Give --cache another path, or leave it out.", error);
        }
    }

    /// <summary>Whether a file says that it is a pack of images of a short side; <see cref="TryOpen"/> looks whether it is whole.</summary>
    public static bool IsFor(string path, int shortSide)
    {
        Span<byte> head = stackalloc byte[PackHeader.Size];
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
                return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        PackHeader header = MemoryMarshal.Read<PackHeader>(head);
        return header.Magic == PackHeader.ExpectedMagic && header.ShortSide == shortSide;
    }

    /// <summary>What the index says of a file.</summary>
    public PackEntry this[int place] => Entries[place];

    /// <summary>Why a file cannot be used; null where it can.</summary>
    public string? ReasonAgainst(int place)
    {
        int at = Entries[place].Reason;
        if (at == 0)
            return null;
        ReadOnlySpan<byte> texts = index.Span[(header.Count * Marshal.SizeOf<PackEntry>() + at - 1)..];
        return Encoding.UTF8.GetString(texts.Slice(sizeof(int), MemoryMarshal.Read<int>(texts)));
    }

    /// <summary>An image whose pixels are the file's: nothing is copied.</summary>
    public Image Read(int place)
    {
        PackEntry entry = Entries[place];
        int bytes = entry.Height * entry.Width * Channels * Samples.Size();
        return new Image(file.Slice(entry.Offset, bytes), entry.Height, entry.Width, Channels) { Samples = Samples };
    }

    /// <summary>Whether the pixels of an image are those that were written.</summary>
    public bool IsWhole(int place) => XxHash3.HashToUInt64(Read(place).Pixels.Span) == Entries[place].Checksum;

    private static DataException NoPack(string path) =>
        new($"'{path}' is there and is no cache of images; it is not overwritten. Give --cache another path, or move that file away.");
}
