using System.Runtime.Intrinsics.X86;
using Lethe.Runtime;

namespace Lethe.Operators;

/// <summary>The library by which torch convolves on a processor, and the way around it.</summary>
/// <remarks>
/// oneDNN 3.7.1, which is in libtorch 2.10, asks the processor for the sizes of its caches. Some hypervisors answer with nothing; it then
/// takes each cache for one byte, writes over weights where channels do not fill a block, and divides by zero in some 1×1 convolutions,
/// which ends the process (uxlfoundation/oneDNN#5313 is of the same kind). Torch has another convolution, by matrix products, and a switch
/// of its own between the two.
/// </remarks>
internal static class OneDnn
{
    private static volatile bool off;

    /// <summary>Whether torch's convolutions use it.</summary>
    public static bool InUse => !off;

    /// <summary>Whether this machine is of the kind that it is known to fail on.</summary>
    public static bool KnownToFail { get; } = X86Base.IsSupported && HidesCaches(X86Base.CpuId);

    /// <summary>Lets torch convolve without it, for the rest of the process.</summary>
    /// <returns>Whether that could be done.</returns>
    public static bool TrySwitchOff()
    {
        if (!TorchContext.TrySwitchOff(TorchContext.OneDnn))
            return false;
        off = true;
        return true;
    }

    /// <summary>Whether a processor says nothing of its caches where oneDNN asks: leaf 8000001Dh of AMD's, leaf 4 of others.</summary>
    /// <param name="identify">CPUID.</param>
    /// <returns>Whether it says nothing.</returns>
    internal static bool HidesCaches(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> identify)
    {
        const int Vendor = 0, MostExtended = unchecked((int)0x80000000), AmdCaches = unchecked((int)0x8000001D), IntelCaches = 4;
        const int Hygon = 0x6f677948, Amd = 0x68747541; // "Hygo", "Auth"
        const int KindOfCache = 31;
        (int most, int maker, _, _) = identify(Vendor, 0);
        if (maker is Amd or Hygon)
            return (uint)identify(MostExtended, 0).Eax >= unchecked((uint)AmdCaches) && (identify(AmdCaches, 0).Eax & KindOfCache) == 0;
        return most >= IntelCaches && (identify(IntelCaches, 0).Eax & KindOfCache) == 0;
    }
}
