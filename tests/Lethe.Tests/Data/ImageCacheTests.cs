using Lethe.Data;
using Lethe.Runtime;
using Lethe.Tests.Training;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class ImageCacheTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly TempFolder elsewhere = new();
    private readonly List<string> notices = [];

    public void Dispose()
    {
        folder.Dispose();
        elsewhere.Dispose();
    }

    private string Cache => elsewhere["images.pack"];

    [Theory]
    [InlineData(0, 40, 40)]
    [InlineData(16, 40, 60)]
    [InlineData(20, 16, 16)]
    public void Open_WithACache_GivesWhatTheFilesGive(int imageSize, int height, int width)
    {
        folder.WritePngs("a", 12, height: height, width: width);
        folder.WritePngs("b", 12, first: 90, height: height, width: width);
        folder.Write("b/bad.png", 1, 2, 3);
        AssertSame(Open(null, imageSize), Open(Cache, imageSize));
        AssertSame(Open(null, imageSize), Open(Cache, imageSize));
        Assert.Contains("once; later runs read it", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GreyThenColour_GivesColourAsTheFilesDo()
    {
        for (int i = 0; i < 300; i++)
            folder.Write($"{i:000}.png", Png(i, grey: i < 290));
        AssertSame(Open(null, 0), Open(Cache, 0));
    }

    [Fact]
    public void Open_GreyBytesThenDeepColour_GivesWhatTheFilesGive()
    {
        for (int i = 0; i < 60; i++)
            folder.Write($"{i:000}.png", i < 40 ? Png(i, grey: true) : DeepImages.Png(DeepImages.Noise(16 * 16 * 3, (ulong)i), 16, 16, 2));
        DataSplits files = Open(null, 0);
        Assert.Equal((3, SampleType.UInt16), (files.Train.Channels, files.Train.Samples));
        AssertSame(files, Open(Cache, 0));
        AssertSame(files, Open(Cache, 0));
    }

    [Fact]
    public void Open_OnlyGreyOnesOfAFolderAreUsed_GivesGreyAsTheFilesDo()
    {
        for (int i = 0; i < 40; i++)
            folder.Write($"{i:000}.png", Png(i, grey: true));
        DataOptions options = new() { Data = folder.Root, Limit = 3 };
        DataSplits all = DataSources.Open(options, 1);
        HashSet<string> used = [.. all.Train.Paths!, .. all.Probe.Paths!, .. all.Test.Paths!];
        string other = Enumerable.Range(0, 40).Select(i => $"{i:000}.png").First(name => !used.Contains(name));
        folder.Write(other, Png(7, grey: false));
        DataSplits cached = DataSources.Open(options with { Cache = Cache }, 1);
        Assert.Equal(1, cached.Train.Channels);
        AssertSame(all, cached);
        AssertSame(DataSources.Open(options with { Limit = 0 }, 1), DataSources.Open(options with { Limit = 0, Cache = Cache }, 1));
    }

    [Fact]
    public void Open_SecondTime_DecodesNothing()
    {
        folder.WritePngs("", 20);
        DataSplits first = Open(Cache, 0);
        foreach (string path in Directory.EnumerateFiles(folder.Root))
        {
            DateTime time = File.GetLastWriteTimeUtc(path);
            File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);
            File.SetLastWriteTimeUtc(path, time);
        }

        AssertSame(first, Open(Cache, 0));
    }

    [Fact]
    public void Open_FilesChangedAddedOrRemoved_MakesItAnewAndSaysSo()
    {
        folder.WritePngs("", 20);
        Open(Cache, 0);
        foreach (Action change in new Action[]
        {
            () => folder.Write("003.png", Png(77, grey: false)),
            () => folder.Write("new.png", Png(78, grey: false)),
            () => File.Delete(folder["004.png"]),
            () => File.SetLastWriteTimeUtc(folder["005.png"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc)),
        })
        {
            notices.Clear();
            change();
            AssertSame(Open(null, 0), Open(Cache, 0));
            Assert.Contains("files were added, removed or changed", Assert.Single(notices), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_AnotherSize_MakesItAnewInAFileAndBesideItInAFolder()
    {
        folder.WritePngs("", 20, height: 64, width: 64);
        Open(Cache, 32);
        AssertSame(Open(null, 16), Open(Cache, 16));
        Assert.Contains("another size of views", notices[^1], StringComparison.Ordinal);
        foreach (int size in new[] { 16, 32, 0, 16 })
            AssertSame(Open(null, size), Open(elsewhere["caches/"], size));
        Assert.Equal(3, Directory.GetFiles(elsewhere["caches"]).Length);
    }

    [Theory]
    [InlineData(0.3)] // in the pixels
    [InlineData(0.99)] // in the index
    [InlineData(0.001)] // in the header
    public void Open_OneByteIsDamaged_MakesItAnewAndSaysSo(double place)
    {
        folder.WritePngs("", 20);
        DataSplits whole = Open(null, 0);
        Open(Cache, 0);
        byte[] bytes = File.ReadAllBytes(Cache);
        bytes[20 + (int)(place * (bytes.Length - 20))] ^= 4;
        File.WriteAllBytes(Cache, bytes);
        notices.Clear();
        AssertSame(whole, Open(Cache, 0));
        Assert.Contains("it is damaged", Assert.Single(notices), StringComparison.Ordinal);
        AssertSame(whole, Open(Cache, 0));
    }

    [Fact]
    public void Open_CutShort_MakesItAnew()
    {
        folder.WritePngs("", 20);
        DataSplits whole = Open(null, 0);
        Open(Cache, 0);
        File.WriteAllBytes(Cache, File.ReadAllBytes(Cache)[..^100]);
        AssertSame(whole, Open(Cache, 0));
        Assert.Contains("it is damaged", notices[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(3000)]
    public void Open_AnotherKindOfFile_IsRefusedAndKept(int length)
    {
        folder.WritePngs("", 20);
        byte[] mine = [.. Enumerable.Repeat((byte)'x', length)];
        elsewhere.Write("images.pack", mine);
        Assert.Contains("it is not overwritten", Assert.Throws<DataException>(() => Open(Cache, 0)).Message, StringComparison.Ordinal);
        Assert.Equal(mine, File.ReadAllBytes(Cache));
    }

    [Fact]
    public void Open_TooManyBadFiles_IsTheSameErrorAsWithoutACache()
    {
        folder.WritePngs("", 20);
        for (int i = 0; i < 12; i++)
            folder.Write($"bad{i:00}.png", [.. "not an image"u8]);
        string expected = Assert.Throws<DataException>(() => Open(null, 16)).Message;
        Assert.Equal(expected, Assert.Throws<DataException>(() => Open(Cache, 16)).Message);
        Assert.Equal(expected, Assert.Throws<DataException>(() => Open(Cache, 16)).Message);
    }

    [Fact]
    public void Open_Cancelled_LeavesNothingBehind()
    {
        folder.WritePngs("", 20);
        using var stop = new CancellationTokenSource();
        var progress = new Inline<DataProgress>(value =>
        {
            if (value.Stage == "packing images")
                stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(
            () => DataSources.Open(new DataOptions { Data = folder.Root, Cache = Cache }, 1, progress, stop.Token));
        Assert.Empty(Directory.GetFiles(elsewhere.Root));
    }

    [Fact]
    public void Open_NoPlaceToWrite_SaysWhatToDo()
    {
        folder.WritePngs("", 20);
        elsewhere.Write("file", 1);
        string message = Assert.Throws<DataException>(() => Open(elsewhere["file/images.pack"], 0)).Message;
        Assert.Contains("cannot be written", message, StringComparison.Ordinal);
        Assert.Contains("--cache", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SourceWithoutFiles_RefusesACache() =>
        Assert.Contains(
            "Leave it out",
            Assert.Throws<InvalidOptionException>(() => DataSources.Open(new DataOptions { Cache = Cache }, 1)).Message,
            StringComparison.Ordinal);

    private DataSplits Open(string? cache, int imageSize) => DataSources.Open(
        new DataOptions { Data = folder.Root, Cache = cache, ImageSize = imageSize }, 1, new Inline<DataProgress>(Note));

    // Progress comes from several threads.
    private void Note(DataProgress value)
    {
        lock (notices)
            notices.AddRange(value.Notice is { } notice ? [notice] : []);
    }

    private static byte[] Png(int seed, bool grey) => TempFolder.Encode(
        SKEncodedImageFormat.Png, 20, 17,
        (y, x) => grey ? new SKColor((byte)(seed + y), (byte)(seed + y), (byte)(seed + y)) : new SKColor((byte)seed, (byte)y, (byte)x));

    private static void AssertSame(DataSplits expected, DataSplits actual)
    {
        Assert.Equal(expected.Fingerprint, actual.Fingerprint);
        Assert.Equal((expected.ImageSize, expected.SkippedFiles.Count), (actual.ImageSize, actual.SkippedFiles.Count));
        Assert.Equal(expected.SkippedFiles, actual.SkippedFiles);
        foreach (
            (
                ImageSet e,
                ImageSet a) in new[] { (expected.Train, actual.Train), (expected.Probe, actual.Probe), (expected.Test, actual.Test) })
        {
            Assert.Equal(e.Paths, a.Paths);
            Assert.Equal(e.Labels, a.Labels);
            for (int i = 0; i < e.Count; i++)
                Assert.Equal(e[i].Pixels.ToArray(), a[i].Pixels.ToArray());
        }
    }
}
