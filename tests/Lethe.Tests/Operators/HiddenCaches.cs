using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Lethe.Tests.Operators;

/// <summary>
/// Makes this process like one on a machine whose hypervisor hides the leaves of caches: oneDNN's function that tells the size of a cache
/// is written over so that it says one byte, which is what it comes to there. There is no way back.
/// </summary>
internal static unsafe partial class HiddenCaches
{
    private const string Function = "_ZN4dnnl4impl3cpu8platform23get_per_core_cache_sizeEi";

    /// <summary>Writes over the function.</summary>
    /// <returns>Whether it was found.</returns>
    public static bool Imitate()
    {
        const int Everything = 7;
        if (
            !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64
                || Library() is not var (path, start) || Find(path) is not { } offset)
            return false;
        byte* code = (byte*)start + offset;
        nint page = (nint)code & ~4095;
        if (Protect(page, 8192, Everything) != 0)
            return false;
        ((ReadOnlySpan<byte>)[0xB8, 1, 0, 0, 0, 0xC3]).CopyTo(new Span<byte>(code, 6)); // mov eax, 1; ret
        return true;
    }

    // Where the library of torch's operations lies in this process.
    private static (string Path, nint Start)? Library()
    {
        string? line = File.ReadLines("/proc/self/maps").FirstOrDefault(l => l.EndsWith("/libtorch_cpu.so", StringComparison.Ordinal));
        return line is null ? null : (
            line[line.IndexOf('/', StringComparison.Ordinal)..],
            nint.Parse(line.Split('-')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    // The function is no export, but the table of symbols has it (System V ABI, ELF-64).
    private static long? Find(string path)
    {
        const uint SymbolTable = 2;
        using var file = new BinaryReader(File.OpenRead(path));
        long At(long offset) => file.BaseStream.Seek(offset, SeekOrigin.Begin);
        At(0x28);
        long sections = file.ReadInt64();
        At(0x3c);
        int count = file.ReadUInt16();
        var headers = new (uint Type, long Offset, long Size, uint Link)[count];
        for (int i = 0; i < count; i++)
        {
            At(sections + 64L * i + 4);
            uint type = file.ReadUInt32();
            At(sections + 64L * i + 24);
            headers[i] = (type, file.ReadInt64(), file.ReadInt64(), file.ReadUInt32());
        }

        (uint Type, long Offset, long Size, uint Link) table = headers.FirstOrDefault(header => header.Type == SymbolTable);
        if (table.Size == 0)
            return null;
        At(headers[table.Link].Offset);
        byte[] names = file.ReadBytes((int)headers[table.Link].Size);
        int name = names.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Function + "\0"));
        At(table.Offset);
        byte[] symbols = file.ReadBytes((int)table.Size);
        for (int i = 0; name > 0 && i < symbols.Length; i += 24)
        {
            if (BitConverter.ToUInt32(symbols, i) == name)
                return BitConverter.ToInt64(symbols, i + 8);
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint at, nuint bytes, int protection);
}
