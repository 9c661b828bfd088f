using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Lethe.Runtime;

/// <summary>Makes torch load on Linux systems whose libstdc++ is older than GCC 13's, as Debian 12 and Ubuntu 22.04.</summary>
public static class TorchRuntime
{
    /// <summary>Prepares loading; runs by itself before any type of this library is used. Safe to call again.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Users of the package must not need a manual step before the first use of torch.")]
    public static void Prepare()
    {
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
        {
            if (!name.Contains("LibTorchSharp", StringComparison.Ordinal))
                return 0;
            string folder = ((string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!).Split(':').Append(AppContext.BaseDirectory).First(d => File.Exists(Path.Combine(d, "libLibTorchSharp.so")));
            byte[] b = File.ReadAllBytes(Path.Combine(folder, "libLibTorchSharp.so"));
            Patch(b);
            string copy = Path.Combine(Directory.CreateTempSubdirectory().FullName, "libLibTorchSharp.so");
            File.WriteAllBytes(copy, b);
            NativeLibrary.Load(Path.Combine(folder, "libtorch.so"));
            return NativeLibrary.Load(copy);
        };
    }

    private static void Patch(byte[] b)
    {
        ulong shoff = BitConverter.ToUInt64(b, 0x28);
        int n = BitConverter.ToUInt16(b, 0x3c);
        var sec = Enumerable.Range(0, n).Select(i =>
        {
            int s = (int)shoff + 64 * i;
            return (type: BitConverter.ToUInt32(b, s + 4), off: (int)BitConverter.ToUInt64(b, s + 24), size: (int)BitConverter.ToUInt64(b, s + 32), link: (int)BitConverter.ToUInt32(b, s + 40));
        }).ToArray();
        var dynsym = sec.First(s => s.type == 11);
        var str = sec[dynsym.link];
        var verneed = sec.First(s => s.type == 0x6ffffffe);
        var versym = sec.First(s => s.type == 0x6fffffff);
        string S(uint o)
        {
            int p = str.off + (int)o, e = p;
            while (b[e] != 0) e++;
            return System.Text.Encoding.ASCII.GetString(b, p, e - p);
        }

        ushort idx34 = 0;
        for (int vn = verneed.off; ;)
        {
            int cnt = BitConverter.ToUInt16(b, vn + 2), aux = vn + (int)BitConverter.ToUInt32(b, vn + 8);
            uint next = BitConverter.ToUInt32(b, vn + 12);
            for (int i = 0; i < cnt; i++)
            {
                string nm = S(BitConverter.ToUInt32(b, aux + 8));
                if (nm == "GLIBCXX_3.4.32") b[aux + 4] = 2;
                if (nm == "GLIBCXX_3.4") idx34 = BitConverter.ToUInt16(b, aux + 6);
                aux += (int)BitConverter.ToUInt32(b, aux + 12);
            }

            if (next == 0) break;
            vn += (int)next;
        }

        for (int i = 0; i < dynsym.size / 24; i++)
        {
            uint no = BitConverter.ToUInt32(b, dynsym.off + 24 * i);
            const string Old = "_ZSt21ios_base_library_initv";
            if (S(no) != Old) continue;
            Span<byte> sp = b.AsSpan(str.off + (int)no, Old.Length);
            sp.Clear();
            "_ZNSt8ios_base4InitC1Ev"u8.CopyTo(sp);
            BitConverter.TryWriteBytes(b.AsSpan(versym.off + 2 * i), idx34);
        }
    }
}
