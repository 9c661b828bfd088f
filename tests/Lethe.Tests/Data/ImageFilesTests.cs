using Lethe.Data;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class ImageFilesTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ReadAll_Folder_IsRecursiveAndOrdinallySorted()
    {
        foreach (string name in new[] { "b.png", "a/z.png", "B.png", "a/é.png", "a.png" })
        {
            folder.Write(name, TempFolder.Encode(SKEncodedImageFormat.Png, 20, 20, (_, _) => SKColors.Red));
        }

        (ImageSet Images, IReadOnlyList<string> SkippedFiles) result = ImageFiles.ReadAll(folder.Root, 32);
        Assert.Equal(["B.png", "a.png", "a/z.png", "a/é.png", "b.png"], result.Images.Paths);
        Assert.Null(result.Images.Labels);
    }

    [Fact]
    public void ReadAll_OneFile_ReadsIt()
    {
        string path = folder.Write("only.png", TempFolder.Encode(SKEncodedImageFormat.Png, 100, 200, (_, _) => SKColors.Red));
        ImageSet images = ImageFiles.ReadAll(path, 32, channels: 1).Images;
        Assert.Equal(["only.png"], images.Paths);
        Assert.Equal((37, 74, 1), (images[0].Height, images[0].Width, images.Channels));
        Assert.Equal(76, images[0].Pixels.Span[0]);
    }

    [Fact]
    public void ReadAll_BadFiles_AreSkippedWithTheirReasons()
    {
        folder.WritePngs("", 3);
        folder.Write("001.png");
        (ImageSet Images, IReadOnlyList<string> SkippedFiles) result = ImageFiles.ReadAll(folder.Root, 32);
        Assert.Equal(["000.png", "002.png"], result.Images.Paths);
        Assert.Equal([$"{folder["001.png"]}: the file is empty"], result.SkippedFiles);
        Assert.Contains(
            "--max-bad-files",
            Assert.Throws<DataException>(() => ImageFiles.ReadAll(folder.Root, 32, maxBadFiles: 0)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ReadAll_WrongUse_SaysSo()
    {
        Assert.Contains(
            "does not exist",
            Assert.Throws<InvalidOptionException>(() => ImageFiles.ReadAll(folder["nowhere"], 32)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "The folder is empty",
            Assert.Throws<DataException>(() => ImageFiles.ReadAll(folder.Root, 32)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => ImageFiles.ReadAll(folder.Root, 8));
        Assert.Throws<InvalidOptionException>(() => ImageFiles.ReadAll(folder.Root, 32, channels: 17));
    }

    [Theory]
    [InlineData(3, 300 * 24 * 36 * 3)]
    [InlineData(1, 300 * 24 * 36)]
    public void EstimateBytes_FilesOfOneSize_IsWhatTheyTakeReduced(int channels, long expected)
    {
        folder.WritePngs("", 299, height: 40, width: 60);
        folder.Write("299.png", [.. "not an image"u8]);
        var reading = new FileReading(
            folder.Root, [.. Enumerable.Range(0, 300).Select(i => $"{i:000}.png")], 10, null, CancellationToken.None);
        Assert.Equal(expected, reading.EstimateBytes(shortSide: 24, channels));
    }
}
