using System.Diagnostics;
using Lethe.Data;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class ImageListingTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Below_FoldersThatLinkToEachOther_ListsEachFileOnce()
    {
        folder.WritePngs("a", 4);
        folder.WritePngs("b", 4, first: 9);
        Directory.CreateSymbolicLink(folder["a/to-b"], "../b");
        Directory.CreateSymbolicLink(folder["b/to-a"], "../a");
        FolderListing listing = ImageListing.Below(folder.Root);
        Assert.Equal(
            ["a/000.png", "a/001.png", "a/002.png", "a/003.png", "b/000.png", "b/001.png", "b/002.png", "b/003.png"], listing.Paths);
        Assert.Equal((2, "a/to-b"), (listing.Ignored.Single().Count, listing.Ignored.Single().Example));
    }

    [Fact]
    public void Below_SameFolderUnderSeveralNames_ListsItUnderTheFirst()
    {
        folder.WritePngs("store/x", 3);
        Directory.CreateDirectory(folder["view"]);
        Directory.CreateSymbolicLink(folder["view/q"], folder["store"]);
        Directory.CreateSymbolicLink(folder["view/p"], folder["view/q"]);
        Directory.CreateSymbolicLink(folder["view/r"], folder["store/x"]);
        FolderListing listing = ImageListing.Below(folder["view"]);
        Assert.Equal(["p/x/000.png", "p/x/001.png", "p/x/002.png"], listing.Paths);
        Assert.Equal(2, listing.Ignored.Single().Count);
    }

    [Fact]
    public void Below_LinksToFiles_ListsEachFileOnceAndPrefersTheFileItself()
    {
        folder.WritePngs("b", 2);
        folder.WritePngs("elsewhere", 1);
        Directory.CreateDirectory(folder["data/a"]);
        Directory.Move(folder["b"], folder["data/b"]);
        File.CreateSymbolicLink(folder["data/a/same.png"], "../b/000.png");
        File.CreateSymbolicLink(folder["data/a/first.png"], "../../elsewhere/000.png");
        File.CreateSymbolicLink(folder["data/a/second.png"], folder["data/a/first.png"]);
        File.CreateSymbolicLink(folder["data/a/broken.png"], "nowhere.png");
        FolderListing listing = ImageListing.Below(folder["data"]);
        Assert.Equal(["a/first.png", "b/000.png", "b/001.png"], listing.Paths);
        Assert.Equal(2, listing.Ignored.Single(kind => kind.Reason.StartsWith("links to files", StringComparison.Ordinal)).Count);
        Assert.Equal("a/broken.png", listing.Ignored.Single(kind => kind.Reason == "links that lead nowhere").Example);
    }

    [Theory]
    [InlineData("@eaDir/0.png/SYNOPHOTO_THUMB_M.png")]
    [InlineData("dog/@eaDir/0.png/SYNOPHOTO_THUMB_M.png")]
    [InlineData("#recycle/old.png")]
    [InlineData("@Recycle/old.png")]
    [InlineData("$RECYCLE.BIN/S-1-5/old.png")]
    [InlineData("System Volume Information/x.png")]
    [InlineData("__MACOSX/dog/._0.png")]
    [InlineData("dog/._0.png")]
    [InlineData("dog/.thumbnails/0.png")]
    [InlineData("dog/.ipynb_checkpoints/0-checkpoint.png")]
    [InlineData("Catalogue Previews.lrdata/a/0.png")]
    [InlineData("lost+found/0.png")]
    [InlineData("dog/SYNOFILE_THUMB_M.png")]
    public void Below_Clutter_IsLeftOutAndCounted(string path)
    {
        folder.WritePngs("cat", 2);
        folder.WritePngs("dog", 2);
        folder.Write(path, File.ReadAllBytes(folder["cat/000.png"]));
        FolderListing listing = ImageListing.Below(folder.Root);
        Assert.Equal(4, listing.Paths.Count);
        Assert.Equal(1, listing.Ignored.Single().Count);
        Assert.StartsWith(listing.Ignored.Single().Example, path, StringComparison.Ordinal);
    }

    [Fact]
    public void Below_NamesThatSayNothing_AreKnownByContent()
    {
        SKEncodedImageFormat[] formats = [SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp];
        foreach (SKEncodedImageFormat format in formats)
            folder.Write($"{format}", TempFolder.Encode(format, 16, 16, (y, x) => new SKColor((byte)(9 * x), (byte)(9 * y), 0)));
        folder.Write("scan.0001", SampleFiles.Tiff);
        folder.Write("photo.dat", File.ReadAllBytes(folder["Jpeg"]));
        folder.Write("README", [.. "no image"u8]);
        folder.Write("BMnotes", [.. "BM is how this text begins, and it is no bitmap"u8]);
        folder.Write("empty");
        folder.Write("table.csv", File.ReadAllBytes(folder["Jpeg"]));
        FolderListing listing = ImageListing.Below(folder.Root);
        Assert.Equal(["Jpeg", "Png", "Webp", "photo.dat", "scan.0001"], listing.Paths);
        Assert.Equal(
            [
                ("files without an ending", 2), ("files ending in .csv", 1),
                ("files without an ending that are empty or no files (pipes, sockets)", 1),
            ],
            listing.Ignored.Select(kind => (kind.Reason, kind.Count)));
    }

    [Fact]
    public void Below_OtherFormats_AreCountedWithWhatToDo()
    {
        folder.WritePngs("", 1);
        folder.Write("IMG_1.HEIC", 1);
        folder.Write("IMG_2.heic", 1);
        folder.Write("a.avif", 1);
        folder.Write("b.CR2", 1);
        folder.Write("notes.txt", 1);
        FolderListing listing = ImageListing.Below(folder.Root);
        Assert.Equal([2, 1, 1, 1], listing.Ignored.Select(kind => kind.Count));
        Assert.StartsWith(
            "Left out: HEIC photos (.heic) (2, as IMG_1.HEIC). Convert it to JPEG", $"{listing.Ignored[0]}", StringComparison.Ordinal);
        Assert.Null(listing.Ignored[^1].Advice);
    }

    [Fact]
    public void Open_OnlyPhotosOfAPhone_SaysWhatToDo()
    {
        folder.Write("IMG_1.HEIC", 1);
        string message = Assert.Throws<DataException>(() => DataSources.Open(new DataOptions { Data = folder.Root }, 1)).Message;
        Assert.Contains("HEIC photos (.heic) (1, as IMG_1.HEIC)", message, StringComparison.Ordinal);
        Assert.Contains("heif-convert", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1058\n", "git lfs pull")]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0", "heif-convert")]
    public void Open_FilesThatAreSomethingElse_SaysWhat(string content, string expected)
    {
        folder.WritePngs("", 40);
        folder.Write("x.png", [.. content.Select(c => (byte)c)]);
        string skipped = Assert.Single(DataSources.Open(new DataOptions { Data = folder.Root }, 1).SkippedFiles);
        Assert.Contains(expected, skipped, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PipeAmongImages_DoesNotWaitForAWriter()
    {
        if (OperatingSystem.IsWindows())
            return;
        folder.WritePngs("", 40);
        foreach (string name in new[] { "pipe.png", "pipe" })
        {
            using Process made = Process.Start("mkfifo", folder[name]);
            made.WaitForExit();
        }

        string skipped = Assert.Single(DataSources.Open(new DataOptions { Data = folder.Root }, 1).SkippedFiles);
        Assert.Contains("pipe.png", skipped, StringComparison.Ordinal);
        Assert.Equal("pipe", ImageListing.Below(folder.Root).Ignored.Single().Example);
    }

    [Fact]
    public void Below_LineBreakInAName_IsOnePath()
    {
        if (OperatingSystem.IsWindows())
            return;
        folder.WritePngs("a", 1);
        File.Move(folder["a/000.png"], folder["a/x\ny.png"]);
        Assert.Equal(["a/x\ny.png"], ImageListing.Below(folder.Root).Paths);
    }
}
