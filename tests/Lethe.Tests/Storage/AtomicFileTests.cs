using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Tests.Storage;

public class AtomicFileTests
{
    [Fact]
    public void Write_NewAndExistingFile_HoldsTheNewContentsOnly()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], stream => stream.Write("a long first text"u8));
        AtomicFile.Write(folder["a"], stream => stream.Write("second"u8));
        Assert.Equal("second", File.ReadAllText(folder["a"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_ContentsThatFail_KeepsTheOldFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "old");
        Assert.Throws<ArithmeticException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write(new byte[200_000]);
            Assert.Equal("old", File.ReadAllText(folder["a"]));
            throw new ArithmeticException();
        }));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_DeviceFull_SaysSoAndKeepsTheOldFile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "old");
        var error = Assert.Throws<RunException>(() => AtomicFile.Write(folder["a"], _ =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write);
            full.Write(new byte[100_000]);
            full.Flush();
        }));
        Assert.Contains("No space left on the device while writing", error.Message, StringComparison.Ordinal);
        Assert.Contains(folder["a"], error.Message, StringComparison.Ordinal);
        Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_LeftoverOfAKilledProcess_IsReplaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.tmp"], "half a file of a process that is gone");
        AtomicFile.Write(folder["a"], stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(folder["a"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_AnotherWriterOfTheSameFile_IsNotDisturbed()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], outer =>
        {
            outer.Write("outer"u8);
            Assert.Throws<RunException>(() => AtomicFile.Write(folder["a"], inner => inner.Write("inner"u8)));
        });
        Assert.Equal("outer", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void Write_MissingFolder_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<RunException>(() => AtomicFile.Write(folder["missing/a"], _ => { }));
        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TargetIsAFolder_FailsAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a/b"]);
        Assert.Throws<RunException>(() => AtomicFile.Write(folder["a"], stream => stream.Write("new"u8)));
        Assert.Equal(["a"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(28, "No space left on the device while writing a.")]
    [InlineData(unchecked((int)0x80070070), "No space left on the device while writing a.")]
    [InlineData(122, "quota")]
    [InlineData(5, "The device failed while writing a.")]
    [InlineData(30, "Writing a failed: told")]
    public void Explain_SystemErrors_BecomeAdvice(int number, string expected)
    {
        RunException? explained = Disk.Explain(new IOException("told", number), "a");
        Assert.Contains(expected, explained?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_OtherErrors_AreLeftAlone()
    {
        Assert.Null(Disk.Explain(new ArithmeticException(), "a"));
        Assert.Null(Disk.Explain(new RunException("told"), "a"));
    }

    [Fact]
    public void Sync_PipeThatCannotBeSynced_Throws()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the framework syncs.");
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Throws<IOException>(() => Disk.Sync(handle));
    }

    [Fact]
    public void SyncFolder_MissingFolder_Throws()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux syncs folders.");
        Assert.Throws<IOException>(() => Disk.SyncFolder("/nonexistent/folder"));
    }

    [Fact]
    public void AppendLines_TwoCalls_KeepOrder()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.AppendLines(folder["m"], ["{\"a\":1}", "{\"a\":2}"]);
        AtomicFile.AppendLines(folder["m"], [], sync: true);
        AtomicFile.AppendLines(folder["m"], ["ä"], sync: true);
        Assert.Equal("{\"a\":1}\n{\"a\":2}\nä\n", File.ReadAllText(folder["m"]));
    }

    [Fact]
    public void AppendLines_DeviceFull_SaysSo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        var error = Assert.Throws<RunException>(() => AtomicFile.AppendLines("/dev/full", ["a"]));
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncate_LongerFile_KeepsTheStart()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["m"], "one\ntwo\n");
        AtomicFile.Truncate(folder["m"], 4);
        Assert.Equal("one\n", File.ReadAllText(folder["m"]));
    }

    [Fact]
    public void Truncate_ShorterOrMissingFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["m"], "one\n");
        var error = Assert.Throws<RunException>(() => AtomicFile.Truncate(folder["m"], 5));
        Assert.Contains("has 4 bytes, but had 5", error.Message, StringComparison.Ordinal);
        Assert.Equal("one\n", File.ReadAllText(folder["m"]));
        Assert.Throws<RunException>(() => AtomicFile.Truncate(folder["missing"], 0));
    }
}
