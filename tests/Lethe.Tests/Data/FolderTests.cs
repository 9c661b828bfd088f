using Lethe.Data;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class FolderTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_ClassFolders_LabelsByFolderInOrdinalOrder()
    {
        folder.WritePngs("b", 10, first: 20);
        folder.WritePngs("a", 10);
        folder.WritePngs("B/deeper", 10, first: 40);
        DataSplits splits = Open();
        Assert.Equal(["B", "a", "b"], splits.Train.ClassNames);
        Assert.Equal((18, 6, 6), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        AssertLabelsMatchPaths(splits);
    }

    [Theory]
    [InlineData("test")]
    [InlineData("val")]
    [InlineData("Validation")]
    public void Open_TrainAndTestFolders_TakesTestFromItsFolderOnly(string test)
    {
        foreach (string name in new[] { "cat", "dog" })
        {
            folder.WritePngs($"train/{name}", 10);
            folder.WritePngs($"{test}/{name}", 3, first: 100);
        }

        DataSplits splits = Open();
        Assert.Equal((16, 4, 6), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.All(splits.Test.Paths!, path => Assert.StartsWith(test, path, StringComparison.Ordinal));
        Assert.All(splits.Train.Paths!.Concat(splits.Probe.Paths!), path => Assert.StartsWith("train/", path, StringComparison.Ordinal));
        AssertLabelsMatchPaths(splits);
    }

    [Fact]
    public void Open_TestAndVal_UsesTest()
    {
        folder.WritePngs("train", 10);
        folder.WritePngs("test", 3, first: 100);
        folder.WritePngs("val", 3, first: 200);
        DataSplits splits = Open();
        Assert.All(splits.Test.Paths!, path => Assert.StartsWith("test/", path, StringComparison.Ordinal));
        Assert.Equal((10, 0, 3), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.Null(splits.Train.Labels);
    }

    [Fact]
    public void Open_ClassNamedTrain_IsAClassWhereThereIsNoTest()
    {
        folder.WritePngs("bus", 5);
        folder.WritePngs("train", 5);
        Assert.Equal(["bus", "train"], Open().Train.ClassNames);
    }

    [Theory]
    [InlineData("")]
    [InlineData("images")]
    [InlineData("a/b")]
    public void Open_FlatFolder_HasNoLabels(string inner)
    {
        folder.WritePngs(inner, 10);
        DataSplits splits = Open();
        Assert.Equal((8, 0, 2), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.All(new[] { splits.Train, splits.Probe, splits.Test }, part => Assert.True(part.Labels is null && part.ClassNames is null));
        Assert.Equal("unlabelled images", DataSources.Describe(new DataOptions { Data = folder.Root }, 1).Kind);
    }

    [Fact]
    public void Open_OtherAndHiddenFiles_AreNotImages()
    {
        folder.WritePngs("a", 5);
        folder.WritePngs("b", 5);
        folder.Write("README.txt", 1);
        folder.Write("a/Thumbs.db", 1);
        folder.Write("a/._000.png", 1);
        folder.Write(".cache/x.png", 1);
        folder.Write("__MACOSX/x.png", 1);
        DataSplits splits = Open();
        Assert.Equal(10, splits.Train.Count + splits.Probe.Count + splits.Test.Count);
        Assert.Empty(splits.SkippedFiles);
    }

    [Fact]
    public void Open_LinkedFolders_AreFollowedButNotInCircles()
    {
        folder.WritePngs("store/x", 10);
        folder.WritePngs("store/y", 10, first: 20);
        Directory.CreateDirectory(folder["view"]);
        Directory.CreateSymbolicLink(folder["view/a"], folder["store/x"]);
        Directory.CreateSymbolicLink(folder["view/b"], folder["store/y"]);
        Directory.CreateSymbolicLink(folder["store/x/up"], folder["store"]);
        Directory.CreateSymbolicLink(folder["view/round"], folder["view"]);
        DataSplits splits = DataSources.Open(new DataOptions { Data = folder["view"] }, 1);
        Assert.Equal(["a", "b"], splits.Train.ClassNames);
        Assert.Equal(20, splits.Train.Count + splits.Probe.Count + splits.Test.Count);
    }

    [Fact]
    public void Open_BadFiles_AreNamedAndLabelsStayRight()
    {
        folder.WritePngs("a", 15);
        folder.WritePngs("b", 15, first: 50);
        folder.Write("a/003.png");
        folder.Write("b/007.png", [.. "not an image"u8]);
        folder.Write("b/scan.tif", [.. "not a scan"u8]);
        byte[] jpeg = TempFolder.Encode(SKEncodedImageFormat.Jpeg, 16, 16, (y, x) => new SKColor((byte)(x * 9), (byte)(y * 9), 0));
        folder.Write("b/cut.jpg", jpeg[..^20]);
        DataSplits splits = Open();
        Assert.Equal(
            [
                $"{folder["a/003.png"]}: the file is empty",
                $"{folder["b/007.png"]}: not a JPEG, PNG, TIFF, BMP, WebP, GIF, PGM or PPM image",
                $"{folder["b/cut.jpg"]}: truncated JPEG: the end of its pixels is missing; copy or download it again",
                $"{folder["b/scan.tif"]}: not a JPEG, PNG, TIFF, BMP, WebP, GIF, PGM or PPM image",
            ],
            splits.SkippedFiles);
        Assert.Equal(28, splits.Train.Count + splits.Probe.Count + splits.Test.Count);
        AssertLabelsMatchPaths(splits);
    }

    [Fact]
    public void Open_MoreBadFilesThanAllowed_NamesThemAndTheOption()
    {
        folder.WritePngs("", 20);
        for (int i = 0; i < 8; i++)
        {
            folder.Write($"bad{i}.png", [.. "not an image"u8]);
        }

        string message = Assert
            .Throws<DataException>(() => DataSources.Open(new DataOptions { Data = folder.Root, MaxBadFiles = 7 }, 1)).Message;
        Assert.Contains("8 of 28", message, StringComparison.Ordinal);
        Assert.Contains("--max-bad-files", message, StringComparison.Ordinal);
        Assert.Contains(folder["bad0.png"], message, StringComparison.Ordinal);
        Assert.Contains("and 3 more", message, StringComparison.Ordinal);
        Assert.Equal(8, DataSources.Open(new DataOptions { Data = folder.Root, MaxBadFiles = 8 }, 1).SkippedFiles.Count);
    }

    [Fact]
    public void Open_OnlyBadFiles_IsAnError()
    {
        for (int i = 0; i < 5; i++)
        {
            folder.Write($"bad{i}.png", [.. "not an image"u8]);
        }

        Assert.Contains("None of 5", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoImages_SaysWhatIsThereAndWhatIsAccepted()
    {
        Assert.Contains("The folder is empty", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
        folder.Write("notes.txt", 1);
        folder.Write("table.csv", 1);
        string message = Assert.Throws<DataException>(() => Open()).Message;
        Assert.Contains("Found notes.txt, table.csv", message, StringComparison.Ordinal);
        Assert.Contains("class folders", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UnclearLayout_SaysHowToMakeItClear()
    {
        folder.WritePngs("train/a", 5);
        folder.WritePngs("train/b", 5);
        folder.WritePngs("test/a", 5);
        folder.WritePngs("unlabelled", 5);
        Assert.Contains("unlabelled/", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);

        Directory.Delete(folder["unlabelled"], recursive: true);
        folder.WritePngs("test/c", 5);
        Assert.Contains("found c/", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);

        Directory.Delete(folder["test"], recursive: true);
        folder.WritePngs("train", 1);
        Assert.Contains("both 1 images", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void Open_TooFewImages_SaysHowManyAreNeeded(int count)
    {
        folder.WritePngs("", count);
        Assert.Contains("at least 3", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GreyAndColourMixed_GivesColour()
    {
        folder.WritePngs("", 9);
        folder.Write("grey.png", TempFolder.Encode(SKEncodedImageFormat.Png, 16, 16, (_, _) => new SKColor(9, 9, 9)));
        DataSplits splits = Open();
        Assert.All(new[] { splits.Train, splits.Test }, part => Assert.Equal(3, part.Channels));
    }

    [Fact]
    public void Open_AllGrey_GivesOneChannel()
    {
        for (int i = 0; i < 10; i++)
        {
            folder.Write(
                $"{i}.jpg",
                TempFolder.Encode(SKEncodedImageFormat.Jpeg, 20, 20, (y, x) => new SKColor((byte)(y * x), (byte)(y * x), (byte)(y * x))));
        }

        Assert.Equal(1, Open().Train.Channels);
    }

    [Theory]
    [InlineData(40, 40, 0, 40)]
    [InlineData(300, 300, 0, 128)]
    [InlineData(300, 300, 224, 224)]
    [InlineData(150, 400, 0, 128)]
    [InlineData(60, 75, 0, 48)]
    [InlineData(40, 60, 0, 32)]
    [InlineData(40, 60, 48, 48)]
    public void Open_ImageSize_ComesFromTheOptionOrTheImages(int height, int width, int asked, int expected)
    {
        folder.WritePngs("", 6, height: height, width: width);
        DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Root, ImageSize = asked }, 1);
        Assert.Equal(expected, splits.ImageSize);
        Assert.Equal(Math.Min((int)Math.Ceiling(1.15 * expected), height), splits.Train[0].Height);
    }

    [Fact]
    public void Open_ImagesSmallerThanViews_AreEnlarged()
    {
        folder.WritePngs("", 6, height: 8, width: 8);
        DataSplits splits = Open();
        Assert.Equal((16, 8), (splits.ImageSize, splits.Train[0].Width));
    }

    [Fact]
    public void Open_WithALimit_OpensOnlyTheFilesThatAreUsed()
    {
        folder.WritePngs("", 40);
        DataOptions options = new() { Data = folder.Root, Limit = 5, MaxBadFiles = 0 };
        DataSplits before = DataSources.Open(options, 1);
        HashSet<string> used = [.. before.Train.Paths!, .. before.Probe.Paths!, .. before.Test.Paths!];
        foreach (string path in Directory.EnumerateFiles(folder.Root).Where(path => !used.Contains(Path.GetFileName(path))))
        {
            File.WriteAllText(path, "no image");
        }

        Assert.Equal(before.Fingerprint, DataSources.Open(options, 1).Fingerprint);
    }

    [Fact]
    public void Open_Cancelled_Stops()
    {
        folder.WritePngs("", 10);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => DataSources.Open(new DataOptions { Data = folder.Root }, 1, cancel: cancel.Token));
    }

    [Fact]
    public void Open_Progress_ReachesTheTotal()
    {
        folder.WritePngs("", 10);
        var reports = new Reports();
        DataSources.Open(new DataOptions { Data = folder.Root }, 1, reports);
        Assert.Contains(new DataProgress("reading headers", 10, 10), reports.Seen);
        Assert.Contains(new DataProgress("decoding", 10, 10), reports.Seen);
    }

    private static void AssertLabelsMatchPaths(DataSplits splits)
    {
        foreach (ImageSet part in new[] { splits.Train, splits.Probe, splits.Test })
        {
            for (int i = 0; i < part.Count; i++)
            {
                Assert.Contains(part.ClassNames![part.Labels![i]], part.Paths![i].Split('/'));
            }
        }
    }

    private DataSplits Open() => DataSources.Open(new DataOptions { Data = folder.Root }, 1);

    private sealed class Reports : IProgress<DataProgress>
    {
        public System.Collections.Concurrent.ConcurrentBag<DataProgress> Seen { get; } = [];

        public void Report(DataProgress value) => Seen.Add(value);
    }
}
