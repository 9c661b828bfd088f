using System.Buffers.Binary;

namespace Lethe.Runtime;

/// <summary>
/// Lets a shared library that was linked against GCC 13's libstdc++ load on a system with an older one.
/// </summary>
/// <remarks>
/// <para>
/// Including &lt;iostream&gt; under GCC 13 leaves one reference behind, <c>std::ios_base_library_init()</c>, in the symbol
/// version GLIBCXX_3.4.32, and the dynamic linker of a system whose libstdc++ ends at an earlier version refuses the whole
/// library for it. Older libstdc++ have the same work under another name: the constructor <c>std::ios_base::Init::Init()</c>, in
/// the version GLIBCXX_3.4. So three places change, and nothing moves:
/// </para>
/// <list type="number">
/// <item>
/// <description>the need for GLIBCXX_3.4.32 (<c>.gnu.version_r</c>) becomes weak, so that its absence is tolerated;</description>
/// </item>
/// <item>
/// <description>the name of the symbol (<c>.dynstr</c>) becomes the constructor's, which is shorter, padded with zeros;</description>
/// </item>
/// <item><description>the version of the symbol (<c>.gnu.version</c>) becomes that of GLIBCXX_3.4.</description></item>
/// </list>
/// <para>
/// The layout is that of the System V ABI (ELF-64 object file format) and of the Linux Standard Base's symbol versioning. Whatever is not
/// exactly as described there is refused before a byte changes; no input makes the code read or write outside of the bytes.
/// </para>
/// </remarks>
internal static class ElfCompatibility
{
    /// <summary>The symbol version that systems older than GCC 13 do not have.</summary>
    internal const string NewVersion = "GLIBCXX_3.4.32";

    /// <summary>
    /// The mangled name of <c>std::ios_base_library_init()</c>, the only symbol in <see cref="NewVersion"/> that can be replaced.
    /// </summary>
    internal const string NewSymbol = "_ZSt21ios_base_library_initv";

    /// <summary>The symbol version of <see cref="OldSymbol"/>; every libstdc++ of the last twenty years has it.</summary>
    internal const string OldVersion = "GLIBCXX_3.4";

    /// <summary>The mangled name of <c>std::ios_base::Init::Init()</c>, which does the same work and does not read its argument.</summary>
    internal const string OldSymbol = "_ZNSt8ios_base4InitC1Ev";

    private const string Provider = "libstdc++.so.6";
    private const ushort WeakFlag = 2;
    private const ushort VersionIndexMask = 0x7fff;
    private const uint DynamicSymbols = 11;
    private const uint VersionNeeds = 0x6ffffffe;
    private const uint SymbolVersions = 0x6fffffff;
    private const uint NoBits = 8;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;

    /// <summary>Changes the bytes of a library in place, if they need it.</summary>
    /// <param name="file">The whole file; unchanged unless the result is <see cref="ElfPatch.Patched"/>.</param>
    /// <param name="path">What the file is called in messages.</param>
    /// <returns>Whether a change was needed, and made.</returns>
    /// <exception cref="DataException">
    /// Not a 64-bit little-endian ELF file, truncated, or of a layout that the change does not fit.
    /// </exception>
    internal static ElfPatch Patch(Span<byte> file, string path)
    {
        var elf = new Reader(file, path);
        List<Section> sections = ReadSections(elf);
        if (Find(sections, VersionNeeds) is not { } needs)
            return ElfPatch.NotNeeded;
        (Need? wanted, Need? fallback) = ReadNeeds(elf, needs, Link(elf, sections, needs));
        if (wanted is not { } need)
            return ElfPatch.NotNeeded;

        if (Find(sections, DynamicSymbols) is not { } symbols || Find(sections, SymbolVersions) is not { } versions)
            throw elf.Unexpected("it has symbol versions but no table of dynamic symbols");
        Section strings = Link(elf, sections, symbols);
        long count = symbols.Size / SymbolSize;
        if (versions.Size != 2 * count)
            throw elf.Unexpected($"it has {count} dynamic symbols and versions for {versions.Size / 2}");

        long? found = null;
        for (long i = 0; i < count; i++)
        {
            if ((elf.U16(versions.Offset + (2 * i)) & VersionIndexMask) != need.Index)
                continue;
            if (found is not null || elf.Text(strings, elf.U32(symbols.Offset + (i * SymbolSize))) != NewSymbol)
                throw elf.Unexpected($"it needs another symbol of {NewVersion} than {NewSymbol}");
            found = i;
        }

        if (found is not { } symbol)
            return (need.Flags & WeakFlag) != 0 ? ElfPatch.AlreadyPatched : throw elf.Unexpected($"it needs {NewVersion} for no symbol");
        if (fallback is not { } old)
            throw elf.Unexpected($"it does not need {OldVersion}");
        uint name = elf.U32(symbols.Offset + (symbol * SymbolSize));
        RefuseSharedName(elf, symbols, strings, symbol, name);

        Span<byte> text = file.Slice((int)(strings.Offset + name), NewSymbol.Length);
        text.Clear();
        System.Text.Encoding.ASCII.GetBytes(OldSymbol, text);
        elf.SetU16(need.Offset + 4, (ushort)(need.Flags | WeakFlag));
        elf.SetU16(versions.Offset + (2 * symbol), old.Index);
        return ElfPatch.Patched;
    }

    private static List<Section> ReadSections(Reader elf)
    {
        if (!elf.StartsWith([0x7f, (byte)'E', (byte)'L', (byte)'F']))
            throw new DataException($"{elf.Path} is not a shared library (ELF file). Restore the packages anew.");
        const byte Bits64 = 2, LittleEndian = 1;
        if (elf.U8(4) != Bits64 || elf.U8(5) != LittleEndian)
            throw elf.Unexpected("it is not a 64-bit little-endian library");
        long table = elf.Offset(0x28);
        int headerSize = elf.U16(0x3a), count = elf.U16(0x3c);
        if (headerSize != SectionHeaderSize || count == 0)
            throw elf.Unexpected("it has no section table");
        elf.Check(table, (long)count * SectionHeaderSize);
        var sections = new List<Section>(count);
        for (int i = 0; i < count; i++)
        {
            long header = table + ((long)i * SectionHeaderSize);
            var section = new Section(elf.U32(header + 4), elf.Offset(header + 24), elf.Offset(header + 32), elf.U32(header + 40));
            if (section.Type != NoBits)
                elf.Check(section.Offset, section.Size);
            sections.Add(section);
        }

        return sections;
    }

    // The needed versions are a list of libraries, each with a list of versions; both are linked by distances from entry to entry.
    private static (Need? Wanted, Need? Fallback) ReadNeeds(Reader elf, Section section, Section strings)
    {
        long library = section.Offset, end = section.Offset + section.Size;
        while (library < end)
        {
            int count = elf.U16(library + 2);
            long version = library + elf.U32(library + 8), nextLibrary = elf.U32(library + 12);
            if (elf.Text(strings, elf.U32(library + 4)) == Provider)
            {
                Need? wanted = null, fallback = null;
                for (int i = 0; i < count; i++)
                {
                    var need = new Need(version, elf.U16(version + 4), elf.U16(version + 6));
                    string name = elf.Text(strings, elf.U32(version + 8));
                    if (name == NewVersion)
                        wanted = need;
                    else if (name == OldVersion)
                        fallback = need;
                    version += elf.U32(version + 12);
                }

                return (wanted, fallback);
            }

            if (nextLibrary == 0)
                break;
            library += nextLibrary;
        }

        return (null, null);
    }

    // A linker may store a name that is the end of another only once; changing it would change both.
    private static void RefuseSharedName(Reader elf, Section symbols, Section strings, long symbol, uint name)
    {
        bool shared = name > 0 && elf.U8(strings.Offset + name - 1) != 0;
        for (long i = 0; i < symbols.Size / SymbolSize && !shared; i++)
        {
            uint other = elf.U32(symbols.Offset + (i * SymbolSize));
            shared = i != symbol && other >= name && other < name + NewSymbol.Length;
        }

        if (shared)
            throw elf.Unexpected($"the name {NewSymbol} shares its bytes with another");
    }

    private static Section? Find(List<Section> sections, uint type)
    {
        int index = sections.FindIndex(section => section.Type == type);
        return index < 0 ? null : sections[index];
    }

    private static Section Link(Reader elf, List<Section> sections, Section from) =>
        from.Link < sections.Count ? sections[(int)from.Link] : throw elf.Unexpected("a section refers to one that is not there");

    private readonly record struct Section(uint Type, long Offset, long Size, uint Link);

    private readonly record struct Need(long Offset, ushort Flags, ushort Index);

    // Reads numbers at places that the file itself names, which may be anywhere.
    private readonly ref struct Reader(Span<byte> file, string path)
    {
        private readonly Span<byte> file = file;

        public string Path { get; } = path;

        public bool StartsWith(ReadOnlySpan<byte> magic) => file.StartsWith(magic);

        public byte U8(long offset) => At(offset, 1)[0];

        public ushort U16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2));

        public uint U32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, 4));

        // An offset or a size in the file: 64 bits there, but never more than the file has.
        public long Offset(long offset)
        {
            ulong value = BinaryPrimitives.ReadUInt64LittleEndian(At(offset, 8));
            return value <= long.MaxValue / 4 ? (long)value : throw Truncated();
        }

        public void SetU16(long offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(At(offset, 2), value);

        public string Text(Section strings, uint offset)
        {
            if (offset >= strings.Size)
                throw Unexpected("a name lies outside of the table of names");
            Span<byte> rest = At(strings.Offset + offset, strings.Size - offset);
            int length = rest.IndexOf((byte)0);
            return length < 0 ? throw Unexpected("a name has no end") : System.Text.Encoding.Latin1.GetString(rest[..length]);
        }

        public void Check(long offset, long size)
        {
            if (offset < 0 || size < 0 || size > file.Length || offset > file.Length - size)
                throw Truncated();
        }

        public DataException Unexpected(string what) =>
            new($"{Path} cannot be adapted to this system's libstdc++: {what}. Use a system with libstdc++ of GCC 13 or later.");

        private Span<byte> At(long offset, long size)
        {
            Check(offset, size);
            return file.Slice((int)offset, (int)size);
        }

        private DataException Truncated() => new($"{Path} is truncated: it refers to places after its end. Restore the packages anew.");
    }
}
