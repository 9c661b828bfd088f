using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Hashing;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Lethe.Runtime;

/// <summary>Makes torch load on Linux systems whose libstdc++ is older than GCC 13's, such as Debian 12 and Ubuntu 22.04.</summary>
/// <remarks>
/// TorchSharp's native library asks for a newer libstdc++ than these systems have, for the sake of one symbol that does nothing
/// new (see <c>ElfCompatibility</c>). Where loading it has failed for this reason, and only there, an adapted copy is put
/// into the user's cache folder (<c>LETHE_CACHE</c>, else <c>XDG_CACHE_HOME/lethe</c>, else <c>~/.cache/lethe</c>) and loaded
/// instead; one line on standard error says so when the copy is made. The files of the packages are never changed.
/// </remarks>
public static class TorchRuntime
{
    private const string LibraryName = "LibTorchSharp";
    private const string LibraryFile = "libLibTorchSharp.so";

    private static readonly Lock Gate = new();
    private static nint adapted;

    /// <summary>
    /// Loads torch now, so that a problem shows at once and with its reason. Optional: any use of this library, this one
    /// included, is enough to let torch load by itself, as long as it comes before the first use of torch.
    /// </summary>
    /// <exception cref="DataException">Torch's native libraries are missing or do not load here.</exception>
    public static void Prepare()
    {
        try
        {
            NativeLibrary.Load(LibraryName, typeof(torch).Assembly, searchPath: null);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new DataException(
                $"torch's native libraries did not load. Reference the package of libtorch for this system (such as libtorch-cpu-{Rid}). {error.Message}",
                error);
        }
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Users of the package must not need a manual step before the first use of torch.")]
    internal static void Subscribe()
    {
        if (!OperatingSystem.IsLinux())
            return;

        OpenMpWaiting.Shorten();

        // The event is that of the context that holds TorchSharp: the one that this library was loaded into, or the default one.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        if (AssemblyLoadContext.GetLoadContext(typeof(TorchRuntime).Assembly) is { } own && own != AssemblyLoadContext.Default)
            own.ResolvingUnmanagedDll += Resolve;
    }

    /// <summary>The first of some folders that has a file, itself or in <c>runtimes/RID/native</c>.</summary>
    /// <param name="fileName">The file.</param>
    /// <param name="folders">Where to look, in this order.</param>
    /// <returns>The file's path, or null.</returns>
    internal static string? Find(string fileName, IEnumerable<string> folders) =>
        folders
            .SelectMany(folder => new[] { Path.Combine(folder, fileName), Path.Combine(folder, "runtimes", Rid, "native", fileName) })
            .FirstOrDefault(File.Exists);

    private static string Rid
    {
        get
        {
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? $"{system}-arm64" : $"{system}-x64";
        }
    }

    // Raised only after the runtime's own search has failed; zero lets its error stand.
    private static nint Resolve(Assembly requester, string name)
    {
        if (name is not (LibraryName or LibraryFile))
            return 0;
        lock (Gate)
        {
            if (adapted == 0)
                adapted = LoadAdapted(requester);
            return adapted;
        }
    }

    private static nint LoadAdapted(Assembly requester)
    {
        string[] folders =
        [
            .. ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
            AppContext.BaseDirectory,
            Path.GetDirectoryName(requester.Location) is { Length: > 0 } beside ? beside : AppContext.BaseDirectory,
        ];
        if (SystemIsNewEnough() || Find(LibraryFile, folders) is not { } original || Find("libtorch.so", folders) is not { } torchLibrary)
            return 0;
        byte[] bytes = File.ReadAllBytes(original);
        string hash = XxHash3.HashToUInt64(bytes).ToString("x16", CultureInfo.InvariantCulture);
        if (ElfCompatibility.Patch(bytes, original) != ElfPatch.Patched)
            return 0;

        // The copy finds its neighbours by name among the libraries already loaded, since they do not lie beside it.
        if (Find("libtorch_cuda.so", folders) is { } cuda)
            NativeLibrary.Load(cuda);
        NativeLibrary.Load(torchLibrary);
        string? cache = NativeCopy.CacheFolder(Environment.GetEnvironmentVariable);
        return NativeCopy.Load(LibraryFile, bytes, cache is null ? null : Path.Combine(cache, hash), NativeLibrary.Load, Console.Error.WriteLine);
    }

    private static bool SystemIsNewEnough() =>
        NativeLibrary.TryLoad("libstdc++.so.6", out nint library) && NativeLibrary.TryGetExport(library, ElfCompatibility.NewSymbol, out _);
}
