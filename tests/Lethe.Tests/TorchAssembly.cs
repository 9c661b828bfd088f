using System.Runtime.CompilerServices;
using Lethe.Runtime;

namespace Lethe.Tests;

/// <summary>
/// Loads torch before any test, because a test may call it first; or does what a test asked of this assembly in a process of its own.
/// </summary>
internal static class TorchAssembly
{
    [ModuleInitializer]
    public static void Load()
    {
        if (ChildProcess.Piece is { } piece)
            ChildProcess.Do(piece);
        else
            Prepare();
    }

    // Apart, so that a process that must not touch the library does not load it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Prepare() => TorchRuntime.Prepare();
}
