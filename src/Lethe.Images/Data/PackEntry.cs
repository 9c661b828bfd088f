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

    /// <summary>1 where the image is grey, 3 otherwise; what is stored has the channels of the pack.</summary>
    public int Channels;

    /// <summary>Height in the image file, before it was reduced.</summary>
    public int SourceHeight;

    public int SourceWidth;

    /// <summary>
    /// 0 for an image; else where, counted from the end of the entries, the length and the text stand that say why the file cannot be used,
    /// plus 1.
    /// </summary>
    public int Reason;
}
