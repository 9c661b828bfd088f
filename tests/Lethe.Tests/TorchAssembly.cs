using System.Runtime.CompilerServices;
using Lethe.Runtime;

namespace Lethe.Tests;

/// <summary>Loads torch before any test, because a test may call it before it touches a type of the library.</summary>
internal static class TorchAssembly
{
    [ModuleInitializer]
    public static void Load() => TorchRuntime.Prepare();
}
