using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Workflow;
using SkiaSharp;
using TorchSharp;

namespace Lethe.Cli;

/// <summary>Finds out what there is to know of this machine. Reads, and writes nothing.</summary>
internal static class MachineFinder
{
    // The first that is set decides.
    private static readonly string[] languages = ["LC_ALL", "LC_CTYPE", "LANG"];

    // Of the second kind of control groups, and of the first.
    private static readonly string[] limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

    private static readonly string[] firstQuota = ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"];

    private static readonly string[] ours = ["torch", "c10", "mkl", "gomp", "omp", "Skia", "onnx", "cuda", "stdc++", "libc.so", "ucrt"];

    /// <summary>All but speeds.</summary>
    /// <param name="torchFailure">Why torch did not load; null where it did.</param>
    public static MachineFacts Find(string? torchFailure)
    {
        string? decoder = DecoderFailure();
        Dictionary<string, string> memory = Pairs("/proc/meminfo");
        return new MachineFacts
        {
            Versions = Versions(torchFailure is null),
            System = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})",
            Glibc = OperatingSystem.IsLinux() && Marshal.PtrToStringUTF8(GlibcVersion()) is { } glibc ? Version.Parse(glibc) : null,
            Locale = languages.Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}")
                .FirstOrDefault(one => !one.EndsWith('='), ""),
            Libraries = Libraries(),
            TorchFailure = torchFailure,
            DecoderFailure = decoder,
            Processor = Pairs("/proc/cpuinfo").GetValueOrDefault("model name", RuntimeInformation.ProcessArchitecture.ToString()),
            Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
            Instructions =
            [
                .. new[]
                {
                    ("AVX", Avx.IsSupported), ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-512F", Avx512F.IsSupported),
                    ("NEON", AdvSimd.IsSupported),
                }.Where(one => one.Item2).Select(one => one.Item1),
            ],
            HidesCaches = OneDnn.KnownToFail,
            Processors = Lines("/proc/cpuinfo").Count(line => line.StartsWith("processor", StringComparison.Ordinal)) is > 0 and var count
                ? count
                : Environment.ProcessorCount,
            Threads = new Machine().ThreadCount(),
            Quota = Quota(),
            Load = Lines("/proc/loadavg") is [var load, ..] ? double.Parse(load.Split(' ')[0], CultureInfo.InvariantCulture) : null,
            GpuDriver = NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out _),
            CudaBuild = torchFailure is null && Libraries().Any(path => path.Contains("torch_cuda", StringComparison.Ordinal)),
            Gpus = torchFailure is null && torch.cuda.is_available() ? torch.cuda.device_count() : 0,
            Memory = memory.Count > 0 ? Kibibytes(memory, "MemTotal") : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            MemoryAvailable = Kibibytes(memory, "MemAvailable"),
            MemoryLimit = MemoryLimit(),
            Places = Places(),
        };
    }

    private static Dictionary<string, string> Versions(bool torchLoads)
    {
        static string Of(Assembly assembly) =>
            assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? assembly.GetName().Version?.ToString(3) ?? "unknown";
        return new Dictionary<string, string>
        {
            ["Lethe"] = Of(typeof(Pretraining).Assembly),
            [".NET"] = Environment.Version.ToString(),
            ["TorchSharp"] = Of(typeof(torch).Assembly),
            ["libtorch"] = torchLoads ? torch.__version__ : "not loaded",
            ["SkiaSharp"] = Of(typeof(SKBitmap).Assembly),
        };
    }

    private static string? DecoderFailure()
    {
        try
        {
            using var bitmap = new SKBitmap(2, 2);
            using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            using SKBitmap? again = SKBitmap.Decode(png);
            return again is null ? "a picture of its own cannot be read back" : null;
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException)
        {
            return (error.InnerException ?? error).Message.Split('\n')[0];
        }
    }

    private static string[] Libraries()
    {
        using var process = Process.GetCurrentProcess();
        return
        [
            .. process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
                .Where(path => ours.Any(part => Path.GetFileName(path).Contains(part, StringComparison.OrdinalIgnoreCase)))
                .Where(path => Path.GetExtension(path) is not ".dll" || OperatingSystem.IsWindows()).Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    // Of the second kind of control groups, else of the first.
    private static double? Quota()
    {
        string[] second = [.. Lines("/sys/fs/cgroup/cpu.max").SelectMany(line => line.Split(' '))];
        string[] first = [.. firstQuota.SelectMany(Lines)];
        return (second.Length == 2 ? second : first) is [var quota, var period] && long.TryParse(quota, out long used)
            && long.TryParse(period, out long of) && used > 0 && of > 0 ? (double)used / of : null;
    }

    private static long? MemoryLimit() =>
        limits.SelectMany(Lines).Take(1)
            .Select(line => long.TryParse(line, out long bytes) && bytes < 1L << 50 ? bytes : (long?)null).FirstOrDefault();

    private static PlaceFacts[] Places()
    {
        (string Use, string? Path)[] places =
        [
            (KnownProblem.PlacesOf.Here, Directory.GetCurrentDirectory()), (KnownProblem.PlacesOf.Temporary, Path.GetTempPath()),
            (
                KnownProblem.PlacesOf.Libraries,
                OperatingSystem.IsLinux() ? NativeCopy.CacheFolder(Environment.GetEnvironmentVariable) : null),
        ];
        return [.. places.Where(place => place.Path is not null).Select(place => Place(place.Use, place.Path!))];
    }

    private static PlaceFacts Place(string use, string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), there = full;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above)
            there = above;
        string[] options =
        [
            .. Lines("/proc/mounts").Select(line => line.Split(' ')).Where(mount => mount.Length > 3
                && (there == mount[1] || there.StartsWith(mount[1].TrimEnd('/') + "/", StringComparison.Ordinal)))
                .OrderBy(mount => mount[1].Length).LastOrDefault(["", "", "", ""])[3].Split(','),
        ];
        return new PlaceFacts(use, full, Free(there), options.Contains("ro"), options.Contains("noexec"));
    }

    private static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static long Kibibytes(Dictionary<string, string> pairs, string name) =>
        pairs.TryGetValue(name, out string? text) && long.TryParse(text.Split(' ')[0], out long number) ? number << 10 : 0;

    private static Dictionary<string, string> Pairs(string path)
    {
        var pairs = new Dictionary<string, string>();
        foreach (string[] pair in Lines(path).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2))
            pairs.TryAdd(pair[0].Trim(), pair[1].Trim());
        return pairs;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static nint GlibcVersion() =>
        NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out nint ask)
            ? Marshal.GetDelegateForFunctionPointer<Ask>(ask)()
            : 0;

    private delegate nint Ask();
}
