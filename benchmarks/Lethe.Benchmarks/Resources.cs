using System.Diagnostics;
using System.Globalization;

namespace Lethe.Benchmarks;

/// <summary>What this process has used of the machine.</summary>
internal static class Resources
{
    /// <summary>CPU time of all threads, in seconds: on a machine that others use too, it says more than the clock.</summary>
    public static double ProcessorSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>
    /// The largest resident size so far, in MiB, as getrusage gives it; the current one where there is no /proc. Pages of mapped files
    /// count.
    /// </summary>
    public static double PeakMebibytes() => Status("VmHWM:") ?? Environment.WorkingSet / 1048576.0;

    /// <summary>
    /// Resident memory that stands for no file, in MiB: what the system cannot simply drop; all of it where there is no /proc.
    /// </summary>
    public static double AnonymousMebibytes() => Status("RssAnon:") ?? Environment.WorkingSet / 1048576.0;

    private static double? Status(string name)
    {
        const string Path = "/proc/self/status";
        if (!File.Exists(Path))
            return null;
        string line = File.ReadLines(Path).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
