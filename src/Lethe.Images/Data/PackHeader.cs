using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Lethe.Data;

/// <summary>The head of an <see cref="ImagePack"/>. The layout is that on disk, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct PackHeader
{
    public const ulong ExpectedMagic = 0x4B434150_4854454C; // LETHPACK
    public const int CurrentVersion = 2;

    public ulong Magic;

    public int Version;

    public int ShortSide;

    public int Channels;

    public int Count;

    public long IndexOffset;

    public int IndexLength;

    /// <summary>The type of all samples.</summary>
    public int Samples;

    public long FileLength;

    public ulong ListingHigh;

    public ulong ListingLow;

    public ulong IndexChecksumHigh;

    public ulong IndexChecksumLow;

    /// <summary>XXH3-64 of all that is above.</summary>
    public ulong Checksum;

    public static int Size => Marshal.SizeOf<PackHeader>();

    public UInt128 Listing
    {
        readonly get => new(ListingHigh, ListingLow);
        set => (ListingHigh, ListingLow) = ((ulong)(value >> 64), (ulong)value);
    }

    public UInt128 IndexChecksum
    {
        readonly get => new(IndexChecksumHigh, IndexChecksumLow);
        set => (IndexChecksumHigh, IndexChecksumLow) = ((ulong)(value >> 64), (ulong)value);
    }

    public readonly ulong ComputeChecksum()
    {
        PackHeader copy = this;
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<PackHeader>(in copy))[..^sizeof(ulong)]);
    }
}
