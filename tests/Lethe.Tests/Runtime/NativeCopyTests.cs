using Lethe.Runtime;

namespace Lethe.Tests.Runtime;

public class NativeCopyTests
{
    private static readonly byte[] Library = [1, 2, 3, 4];
    private readonly List<string> notices = [];

    [Theory]
    [InlineData("/own", "/xdg", "/home/me", "/own/native")]
    [InlineData(null, "/xdg", "/home/me", "/xdg/lethe/native")]
    [InlineData("", "relative", "/home/me", "/home/me/.cache/lethe/native")]
    [InlineData(null, null, null, null)]
    public void CacheFolder_EnvironmentVariables_AreTakenInOrder(string? own, string? xdg, string? home, string? expected)
    {
        var variables = new Dictionary<string, string?> { ["LETHE_CACHE"] = own, ["XDG_CACHE_HOME"] = xdg, ["HOME"] = home };
        Assert.Equal(expected, NativeCopy.CacheFolder(variables.GetValueOrDefault));
    }

    [Fact]
    public void Load_FirstTime_MakesTheCopyAndSaysSoOnce()
    {
        using var folder = new TemporaryFolder();
        for (int round = 0; round < 3; round++)
            Assert.Equal(5, Load(folder["cache"]));
        Assert.Equal(Library, File.ReadAllBytes(folder["cache/library.so"]));
        Assert.Equal(["library.so"], Directory.GetFileSystemEntries(folder["cache"]).Select(Path.GetFileName));
        string notice = Assert.Single(notices);
        Assert.Contains(folder["cache/library.so"], notice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2 })]
    [InlineData(new byte[] { 1, 2, 3, 5 })]
    [InlineData(new byte[] { })]
    public void Load_DamagedCopy_IsMadeAnew(byte[] damaged)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["library.so"], damaged);
        Assert.Equal(5, Load(folder.Path));
        Assert.Equal(Library, File.ReadAllBytes(folder["library.so"]));
    }

    [Fact]
    public void Place_ManyAtOnce_LeaveOneWholeFile()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = new byte[1 << 20];
        Array.Fill(bytes, (byte)7);
        Parallel.For(0, 16, _ =>
        {
            NativeCopy.Place(folder["library.so"], bytes);
            Assert.Equal(bytes, File.ReadAllBytes(folder["library.so"]));
        });
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Load_CacheCannotBeWritten_UsesATemporaryCopy()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        string? used = null;
        nint handle = NativeCopy.Load("library.so", Library, folder["file/cache"], LoadIfRight, notices.Add);

        nint LoadIfRight(string path)
        {
            used = path;
            return File.ReadAllBytes(path).AsSpan().SequenceEqual(Library) ? 5 : 0;
        }

        Assert.Equal(5, handle);
        Assert.StartsWith(Path.GetTempPath(), used, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(used)));
        Assert.Contains("LETHE_CACHE", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CacheOnFileSystemWithoutPrograms_UsesATemporaryCopy()
    {
        using var folder = new TemporaryFolder();
        nint handle = NativeCopy.Load(
            "library.so",
            Library,
            folder.Path,
            path => path.StartsWith(folder.Path, StringComparison.Ordinal) ? throw new DllNotFoundException("failed to map segment") : 5,
            notices.Add);
        Assert.Equal(5, handle);
        Assert.Contains("failed to map segment", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NowhereToLoadFrom_SaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<DataException>(() => NativeCopy.Load(
            "library.so", Library, folder.Path, _ => throw new DllNotFoundException("failed to map segment"), notices.Add));
        Assert.Contains("Set LETHE_CACHE", error.Message, StringComparison.Ordinal);
        Assert.Empty(notices);
    }

    private nint Load(string cache) => NativeCopy.Load("library.so", Library, cache, _ => 5, notices.Add);
}
