using System.Globalization;
using System.IO.Hashing;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Lethe.Runtime;

/// <summary>
/// Loads torch, also on Linux systems whose libstdc++ is older than GCC 13's, such as Debian 12 and Ubuntu 22.04, and sets up the process
/// for it. Nothing of that happens before <see cref="Prepare"/> is called.
/// </summary>
/// <remarks>
/// TorchSharp's native library asks for a newer libstdc++ than these systems have, for the sake of one symbol that does nothing new (see
/// <c>ElfCompatibility</c>). Where loading it fails for this reason, and only there, an adapted copy is put into a cache folder and loaded
/// instead, and a handler of <see cref="AssemblyLoadContext.ResolvingUnmanagedDll"/> gives it to TorchSharp. The files of the packages are
/// never changed.
/// </remarks>
public static class TorchRuntime
{
    /// <summary>TorchSharp's native library, as TorchSharp asks for it.</summary>
    internal const string LibraryName = "LibTorchSharp";

    private const string LibraryFile = "libLibTorchSharp.so";

    private static readonly Lock Gate = new();
    private static bool prepared;
    private static nint adapted;

    /// <summary>
    /// Sets up the process and loads torch. A program calls it first, before anything touches torch. Any thread may; the first call that
    /// succeeds counts, later ones change nothing. Where torch loads by itself the call may be left out, and the process is then left as it
    /// is.
    /// </summary>
    /// <param name="options">What it may do; null for the defaults.</param>
    /// <exception cref="DataException">
    /// Torch's native libraries are missing or do not load here; or the adapted copy cannot be written.
    /// </exception>
    public static void Prepare(TorchRuntimeOptions? options = null)
    {
        lock (Gate)
        {
            if (prepared)
                return;
            options ??= new TorchRuntimeOptions();
            if (options.ShortenWaiting && OperatingSystem.IsLinux())
                OpenMpWaiting.Shorten();
            if (!Loads())
                LoadAdapted(options);
            if (options.KeepFreedMemory)
                NativeHeap.KeepFreedMemory();
            if (options.SwitchOffNnPack)
                TorchContext.TrySwitchOff(TorchContext.NnPack);
            prepared = true;
        }
    }

    /// <summary>Makes sure, before torch is first used, that it loads, and says what to do where it does not.</summary>
    /// <exception cref="DataException">It does not.</exception>
    internal static void RequireLoaded() => RequireLoaded(Loads);

    /// <summary>The same, with another way to find out.</summary>
    /// <param name="loads">Whether torch loads.</param>
    internal static void RequireLoaded(Func<bool> loads)
    {
        if (!loads())
        {
            throw new DataException(
                "torch's native libraries do not load by themselves on this system. Call Lethe.Runtime.TorchRuntime.Prepare() first thing "
                + "in the program; it makes them load, or says why it cannot.");
        }
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

    // Also true once the adapted copy is there, through the handler.
    private static bool Loads() => NativeLibrary.TryLoad(LibraryName, typeof(torch).Assembly, searchPath: null, out _);

    private static void LoadAdapted(TorchRuntimeOptions options)
    {
        try
        {
            if (OperatingSystem.IsLinux() && adapted == 0)
            {
                adapted = Adapt(options);
                if (adapted != 0)
                    Subscribe();
            }

            NativeLibrary.Load(LibraryName, typeof(torch).Assembly, searchPath: null);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new DataException(
                "torch's native libraries did not load. Reference the package of libtorch for this system "
                + $"(such as libtorch-cpu-{Rid}). {error.Message}",
                error);
        }
    }

    // The event is that of the context that holds TorchSharp: the one that this library was loaded into, or the default one.
    private static void Subscribe()
    {
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        if (AssemblyLoadContext.GetLoadContext(typeof(TorchRuntime).Assembly) is { } own && own != AssemblyLoadContext.Default)
            own.ResolvingUnmanagedDll += Resolve;
    }

    // Raised only after the runtime's own search has failed; zero lets its error stand.
    private static nint Resolve(Assembly requester, string name) => name is LibraryName or LibraryFile ? adapted : 0;

    private static nint Adapt(TorchRuntimeOptions options)
    {
        string[] folders =
        [
            .. ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
            AppContext.BaseDirectory,
            Path.GetDirectoryName(typeof(torch).Assembly.Location) is { Length: > 0 } beside ? beside : AppContext.BaseDirectory,
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
        string? cache = options.CacheFolder ?? NativeCopy.CacheFolder(Environment.GetEnvironmentVariable);
        string? folder = cache is null ? null : Path.Combine(cache, hash);
        return NativeCopy.Load(LibraryFile, bytes, folder, NativeLibrary.Load, options.Notice ?? (_ => { }));
    }

    private static bool SystemIsNewEnough() =>
        NativeLibrary.TryLoad("libstdc++.so.6", out nint library) && NativeLibrary.TryGetExport(library, ElfCompatibility.NewSymbol, out _);
}
