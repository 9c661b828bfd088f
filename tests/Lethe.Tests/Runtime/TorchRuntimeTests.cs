using System.Runtime.InteropServices;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Runtime;

public class TorchRuntimeTests
{
    [Fact]
    public void Prepare_OnThisSystem_LetsTorchCompute()
    {
        TorchRuntime.Prepare();
        TorchRuntime.Prepare();
        using var scope = NewDisposeScope();
        Assert.Equal(6, (ones(2, 3) * 1).sum().item<float>());
    }

    [Fact]
    public void Prepare_OnThisSystem_LeavesThePackagesLibraryAlone()
    {
        TorchRuntime.Prepare();
        string? library = TorchRuntime.Find(
            OperatingSystem.IsLinux() ? "libLibTorchSharp.so" : "LibTorchSharp.dll", [AppContext.BaseDirectory]);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has symbol versions.");
        Assert.Equal(ElfPatch.Patched, ElfCompatibility.Patch(File.ReadAllBytes(library!), library!));
    }

    /// <summary>Torch says nothing of a processor that NNPACK does not know; a build of torch without the switch is no error.</summary>
    [Fact]
    public unsafe void Prepare_NnPack_IsSwitchedOff()
    {
        TorchRuntime.Prepare();
        Assert.True(TorchContext.TrySwitchOff(TorchContext.NnPack));
        Assert.False(TorchContext.TrySwitchOff("_ZN2at7Context7nothingEb"));
        NativeLibrary.TryLoad(TorchRuntime.LibraryName, typeof(TorchSharp.torch).Assembly, null, out nint library);
        nint context = NativeLibrary.GetExport(library, "_ZN2at13globalContextEv"),
            asked = NativeLibrary.GetExport(library, "_ZNK2at7Context17userEnabledNNPACKEv");
        Assert.Equal(0, ((delegate* unmanaged<void*, byte>)asked)(((delegate* unmanaged<void*>)context)()));
    }

    [Fact]
    public void RequireLoaded_TorchThatDoesNotLoad_SaysWhatToCall()
    {
        TorchRuntime.RequireLoaded();
        Assert.Contains("TorchRuntime.Prepare()", Assert.Throws<DataException>(() => TorchRuntime.RequireLoaded(() => false)).Message);
    }

    [Fact]
    public void Find_SeveralFolders_TakesTheFirstThatHasIt()
    {
        using var folder = new TemporaryFolder();
        foreach (string rid in new[] { "linux-x64", "linux-arm64", "osx-arm64", "win-x64", "win-arm64" })
        {
            Directory.CreateDirectory(folder[$"second/runtimes/{rid}/native"]);
            File.WriteAllText(folder[$"second/runtimes/{rid}/native/a.so"], "");
        }

        Directory.CreateDirectory(folder["third"]);
        File.WriteAllText(folder["third/a.so"], "");
        string[] folders = [folder["first"], folder["second"], folder["third"]];
        Assert.StartsWith(folder["second/runtimes"], TorchRuntime.Find("a.so", folders), StringComparison.Ordinal);
        Assert.Null(TorchRuntime.Find("b.so", folders));
    }
}
