using System.Buffers.Binary;
using System.Text;

namespace Lethe.Tests.Runtime;

/// <summary>Builds the smallest ELF-64 shared library that has symbol versions, and knows where everything in it lies.</summary>
internal sealed class ElfSample
{
    private const int HeaderSize = 64;
    private readonly List<(string Text, int Offset)> strings = [];

    public ElfSample(
        IReadOnlyList<(string Symbol, string Version)> symbols, IReadOnlyList<string> versions, string provider = "libstdc++.so.6")
    {
        var names = new MemoryStream();
        names.WriteByte(0);
        int Name(string text)
        {
            int offset = (int)names.Length;
            names.Write(Encoding.ASCII.GetBytes(text + "\0"));
            strings.Add((text, offset));
            return offset;
        }

        // Entry 0 of the symbol table is empty; version indices 0 and 1 mean local and global.
        var table = new byte[24 * (symbols.Count + 1)];
        var symbolVersions = new byte[2 * (symbols.Count + 1)];
        for (int i = 0; i < symbols.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(24 * (i + 1)), (uint)Name(symbols[i].Symbol));
            BinaryPrimitives.WriteUInt16LittleEndian(
                symbolVersions.AsSpan(2 * (i + 1)), (ushort)(2 + versions.ToList().IndexOf(symbols[i].Version)));
        }

        // A library before the wanted one, so that the list has to be followed.
        byte[] needs = [.. Need("libm.so.6", ["GLIBC_2.2.5"], 100, last: false), .. Need(provider, versions, 2, last: true)];
        byte[] Need(string library, IReadOnlyList<string> needed, int firstIndex, bool last)
        {
            var bytes = new byte[16 * (1 + needed.Count)];
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, 1);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)needed.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)Name(library));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 16);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), last ? 0 : (uint)bytes.Length);
            for (int i = 0; i < needed.Count; i++)
            {
                Span<byte> entry = bytes.AsSpan(16 * (i + 1));
                BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], (ushort)(firstIndex + i));
                BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)Name(needed[i]));
                BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], i == needed.Count - 1 ? 0u : 16u);
            }

            return bytes;
        }

        SymbolsOffset = HeaderSize;
        VersionsOffset = SymbolsOffset + table.Length;
        NeedsOffset = VersionsOffset + symbolVersions.Length;
        StringsOffset = NeedsOffset + needs.Length;
        int sectionsOffset = StringsOffset + (int)names.Length;
        WantedOffset = NeedsOffset + 32 + 16 + (16 * versions.ToList().IndexOf("GLIBCXX_3.4.32"));

        var header = new byte[HeaderSize];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(0x28), (ulong)sectionsOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(0x3a), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(0x3c), 5);
        Bytes =
        [
            .. header, .. table, .. symbolVersions, .. needs, .. names.ToArray(),
            .. Section(0, 0, 0, 0),
            .. Section(11, SymbolsOffset, table.Length, 4),
            .. Section(0x6fffffff, VersionsOffset, symbolVersions.Length, 1),
            .. Section(0x6ffffffe, NeedsOffset, needs.Length, 4),
            .. Section(3, StringsOffset, (int)names.Length, 0),
        ];
    }

    /// <summary>A library of the kind that GCC 13 makes: <c>&lt;iostream&gt;</c> among other symbols.</summary>
    public static ElfSample NeedsNewSystem() => new(
        [("_ZNSt8ios_baseD2Ev", "GLIBCXX_3.4"), ("_ZSt21ios_base_library_initv", "GLIBCXX_3.4.32"), ("_Znwm", "GLIBCXX_3.4.9")],
        ["GLIBCXX_3.4.9", "GLIBCXX_3.4.32", "GLIBCXX_3.4"]);

    public byte[] Bytes { get; }

    public int SymbolsOffset { get; }

    public int VersionsOffset { get; }

    public int NeedsOffset { get; }

    public int StringsOffset { get; }

    /// <summary>Where the need for GLIBCXX_3.4.32 lies.</summary>
    public int WantedOffset { get; }

    public int OffsetOf(string text) => StringsOffset + strings.First(entry => entry.Text == text).Offset;

    private static byte[] Section(uint type, int offset, int size, uint link)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), type);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), (ulong)size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), link);
        return bytes;
    }
}
