using System.Runtime.InteropServices;
using TorchSharp;

namespace Lethe.Runtime;

/// <summary>Switches of torch's own, which TorchSharp does not pass on.</summary>
internal static unsafe class TorchContext
{
    /// <summary>The switch of oneDNN, by which torch convolves on a processor.</summary>
    public const string OneDnn = "_ZN2at7Context20setUserEnabledMkldnnEb";

    /// <summary>
    /// The switch of NNPACK. Where it does not know the processor, torch prints a warning at each convolution of a batch of some sizes that
    /// nobody can act on, and convolves otherwise; where it does, it is no faster.
    /// </summary>
    public const string NnPack = "_ZN2at7Context20setUserEnabledNNPACKEb";

    /// <summary>Turns a switch off for the rest of the process.</summary>
    /// <param name="name">The symbol of the function that sets it.</param>
    /// <returns>Whether that could be done: another build of torch may lack it.</returns>
    public static bool TrySwitchOff(string name)
    {
        // The library that depends on torch leads to it, whatever folder it lies in.
        if (!NativeLibrary.TryLoad(TorchRuntime.LibraryName, typeof(torch).Assembly, null, out nint library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out nint context)
            || !NativeLibrary.TryGetExport(library, name, out nint enable))
        {
            return false;
        }

        ((delegate* unmanaged<void*, byte, void>)enable)(((delegate* unmanaged<void*>)context)(), 0);
        return true;
    }
}
