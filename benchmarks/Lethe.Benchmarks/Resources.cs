using System.Diagnostics;
using System.Globalization;

namespace Lethe.Benchmarks;

/// <summary>What this process has used of the machine.</summary>
internal static class Resources
{
    /// <summary>CPU time of all threads, in seconds: on a machine that others use too, it says more than the clock.</summary>
    public static double ProcessorSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>The largest resident size so far, in MiB, as getrusage gives it; the current one where there is no /proc.</summary>
    public static double PeakMebibytes()
    {
        const string Status = "/proc/self/status";
        if (!File.Exists(Status))
            return Environment.WorkingSet / 1048576.0;
        string peak = File.ReadLines(Status).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
