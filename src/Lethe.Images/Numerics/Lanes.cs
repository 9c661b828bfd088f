using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lethe.Numerics;

/// <summary>Which vectors kernels use on this machine.</summary>
internal static class Lanes
{
    /// <summary>Whether there are vectors of 256 bits with fused multiplication and addition: the least that kernels need.</summary>
    public static bool Supported => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    /// <summary>
    /// Whether to use vectors of 512 bits where a kernel's channels fill them. Tests set it where the machine has none: they are then made
    /// of two halves, slow but with the same bits.
    /// </summary>
    public static bool Wide { get; set; } = Supported && Vector512.IsHardwareAccelerated && Avx512F.IsSupported;
}
