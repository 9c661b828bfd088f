using System.Runtime.InteropServices;

namespace Lethe.Tests.Runtime;

public partial class OpenMpWaitingTests
{
    [Fact]
    public void Shorten_ByPrepare_HasSetWhatLibgompReads()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libgomp is Linux'.");
        Assert.SkipWhen(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null, "The user has said how to wait.");
        string expected = Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") ?? "1000";
        Assert.Equal(expected, Marshal.PtrToStringUTF8(GetNative("GOMP_SPINCOUNT")));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr GetNative(string name);
}
