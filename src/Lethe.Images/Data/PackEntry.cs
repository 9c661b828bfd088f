using System.Runtime.InteropServices;

namespace Lethe.Data;

/// <summary>What the index of an <see cref="ImagePack"/> holds of a file. The layout is that on disk, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct PackEntry
{
    /// <summary>Where the pixels begin in the file.</summary>
    public long Offset;

    /// <summary>XXH3-64 of the pixels.</summary>
    public ulong Checksum;

    public int Height;

    public int Width;

    /// <summary>Channels that the image has by itself; what is stored has those of the pack.</summary>
    public int Channels;

    /// <summary>The type of samples that it has by itself.</summary>
    public int Samples;

    /// <summary>How many more images its file holds.</summary>
    public int MorePages;

    /// <summary>Height in the image file, before it was reduced.</summary>
    public int SourceHeight;

    public int SourceWidth;

    /// <summary>
    /// 0 for an image; else where, counted from the end of the entries, the length and the text stand that say why the file cannot be used,
    /// plus 1.
    /// </summary>
    public int Reason;
}
