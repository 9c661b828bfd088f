using static TorchSharp.torch;

namespace Lethe.Tests.Training;

/// <summary>Tensors of the process that were made and not disposed, and its memory.</summary>
internal static class LiveTensors
{
    public static long Count => Tensor.TotalCount;

    /// <summary>Lets go of what earlier tests left to the collector, so that the count does not fall while a test watches it.</summary>
    public static void Settle()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    public static long ResidentBytes
    {
        get
        {
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            process.Refresh();
            return process.WorkingSet64;
        }
    }
}
