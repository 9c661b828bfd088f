using static TorchSharp.torch;

namespace Lethe.Tests.Training;

/// <summary>Tensors of the process that were made and not disposed, and its memory.</summary>
internal static class LiveTensors
{
    public static long Count => Tensor.TotalCount;

    /// <summary>Lets go of what earlier tests left to the collector, so that the count does not fall while a test watches it.</summary>
    public static void Settle()
    {
        // What one finalizer lets go of is collected in the next round.
        for (long before = -1, round = 0; round < 2 || before != Count; round++)
        {
            before = Count;
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
