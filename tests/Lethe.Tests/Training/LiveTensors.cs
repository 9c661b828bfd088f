using static TorchSharp.torch;

namespace Lethe.Tests.Training;

/// <summary>Tensors of the process that were made and not disposed, and its memory.</summary>
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
