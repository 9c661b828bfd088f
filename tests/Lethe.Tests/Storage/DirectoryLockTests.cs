using System.Diagnostics;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Tests.Storage;

public class DirectoryLockTests
{
    /// <summary>What a machine keeps of its own locks is not doubted; a disk of another one is.</summary>
    [Theory]
    [InlineData("ext3", false)]
    [InlineData("tmpfs", false)]
    [InlineData("overlay", false)]
    [InlineData("fuseblk", false)]
    [InlineData("nfs", true)]
    [InlineData("nfs4", true)]
    [InlineData("smb2", true)]
    [InlineData("v9fs", true)]
    [InlineData("fuse", true)]
    public void Doubt_PlaceOfAnotherMachine_IsSaid(string format, bool expected)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(expected, DirectoryLock.IsFar(format));
        using DirectoryLock held = DirectoryLock.Acquire(folder.Path);
        string? doubt = DirectoryLock.Doubt(folder.Path);
        Assert.True(doubt is null || doubt.Contains("network file system", StringComparison.Ordinal), doubt);
    }

    [Fact]
    public void Acquire_HeldLock_NamesTheHolder()
    {
        using var folder = new TemporaryFolder();
        using DirectoryLock first = DirectoryLock.Acquire(folder.Path);
        var error = Assert.Throws<RunException>(() => DirectoryLock.Acquire(folder.Path));
        Assert.Contains($"{folder.Path} is in use by process {Environment.ProcessId} on ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_HeldLock_LetsTheNextIn()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 3; i++)
            DirectoryLock.Acquire(folder.Path).Dispose();
        using DirectoryLock last = DirectoryLock.Acquire(folder.Path);
        Assert.Throws<RunException>(() => DirectoryLock.Acquire(folder.Path));
    }

    [Fact]
    public void Acquire_LockOfAnotherProcess_IsFreeAfterItsDeath()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses the command flock.");
        using var folder = new TemporaryFolder();
        DirectoryLock.Acquire(folder.Path).Dispose();
        using var holder = Process.Start(new ProcessStartInfo("flock", ["--no-fork", folder[".lock"], "sh", "-c", "echo held; read line"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        try
        {
            Assert.Equal("held", holder.StandardOutput.ReadLine());
            Assert.Throws<RunException>(() => DirectoryLock.Acquire(folder.Path));
        }
        finally
        {
            holder.Kill();
            holder.WaitForExit();
        }

        using DirectoryLock mine = DirectoryLock.Acquire(folder.Path);
        Assert.True(File.Exists(folder[".lock"]));
    }

    [Fact]
    public void Acquire_UnknownHolder_StillRefuses()
    {
        using var folder = new TemporaryFolder();
        using DirectoryLock first = DirectoryLock.Acquire(folder.Path);
        File.Delete(folder[".lock-owner"]);
        var error = Assert.Throws<RunException>(() => DirectoryLock.Acquire(folder.Path));
        Assert.Contains("another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_MissingDirectory_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<RunException>(() => DirectoryLock.Acquire(folder["missing"]));
        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
    }
}
