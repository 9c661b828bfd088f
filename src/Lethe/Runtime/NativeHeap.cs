using System.Runtime.InteropServices;

namespace Lethe.Runtime;

/// <summary>The heap of the C library, from which torch takes the memory of tensors on a processor.</summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int LargestMapThreshold = 32 << 20; // glibc refuses more
    private const int KeptBytes = 256 << 20;

    /// <summary>
    /// Keeps freed memory of tensors for the next step. glibc otherwise gives it back and asks for it again in each step,
    /// and the kernel must clear it each time, a tenth of the time of training a thin network. Other systems keep
    /// their own way.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Tune(MapThreshold, LargestMapThreshold);
            _ = Tune(TrimThreshold, KeptBytes);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library other than glibc: there is nothing to set.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Tune(int parameter, int value);
}
