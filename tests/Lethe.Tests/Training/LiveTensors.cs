using static TorchSharp.torch;

namespace Lethe.Tests.Training;

/// <summary>Tensors of this thread that a scope took in and that were not disposed, and the memory of the process.</summary>
internal static class LiveTensors
{
    public static long Count => Tensor.TotalCount;

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
