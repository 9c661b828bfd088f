using Lethe.Data;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class FingerprintTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_PixelSizeLabelOrDivisionChanged_Differs()
    {
        ImageSet first = Set([1, 2, 3, 4], 2, 2, label: 0), second = Set([5, 6, 7, 8], 2, 2, label: 1);
        string[] prints =
        [
            Fingerprint.Of(first, second),
            Fingerprint.Of(Set([1, 2, 3, 5], 2, 2, label: 0), second),
            Fingerprint.Of(Set([1, 2, 3, 4], 1, 4, label: 0), second),
            Fingerprint.Of(Set([1, 2, 3, 4], 2, 2, label: 1), second),
            Fingerprint.Of(Set([1, 2, 3, 4], 2, 2, label: null), second),
            Fingerprint.Of(second, first),
            Fingerprint.Of(Both(first, second), Both()),
            Fingerprint.Of(Both(), Both(first, second)),
        ];
        Assert.Equal(prints.Length, prints.Distinct().Count());
        Assert.Equal(prints[0], Fingerprint.Of(Set([1, 2, 3, 4], 2, 2, label: 0), second));
        Assert.Matches("^[0-9a-f]{32}$", prints[0]);

        static ImageSet Both(params ImageSet[] sets) =>
            new("both", [.. sets.Select(set => set[0])], [.. sets.Select(set => set.Labels![0])], ["a", "b"]);
    }

    [Fact]
    public void Open_FilesWrittenInAnotherOrder_IsTheSame()
    {
        using var other = new TempFolder();
        for (int i = 0; i < 20; i++)
        {
            WriteOne(folder, i);
            WriteOne(other, 19 - i);
        }

        Assert.Equal(Print(folder.Root), Print(other.Root));

        static void WriteOne(TempFolder to, int i) =>
            to.Write(
                $"{(i % 2 == 0 ? "a" : "b")}/{i}.png",
                TempFolder.Encode(SKEncodedImageFormat.Png, 16, 16, (_, _) => new SKColor((byte)i, 3, 4)));
    }

    [Fact]
    public void Open_LabelOrSplitOptionOrLimitChanged_Differs()
    {
        folder.WritePngs("a", 20);
        folder.WritePngs("b", 20, first: 50);
        string print = Print(folder.Root);
        Assert.NotEqual(print, DataSources.Open(new DataOptions { Data = folder.Root, ProbeImages = 3 }, 1).Fingerprint);
        Assert.NotEqual(print, DataSources.Open(new DataOptions { Data = folder.Root, Limit = 3 }, 1).Fingerprint);
        Assert.Equal(print, DataSources.Open(new DataOptions { Data = folder.Root }, 2).Fingerprint);
        Directory.Move(folder["b"], folder["A"]);
        Assert.NotEqual(print, Print(folder.Root));
    }

    [Fact]
    public void FileReading_OnOneThreadOrMany_GivesTheSamePixels()
    {
        for (int i = 0; i < 40; i++)
        {
            int shade = 6 * i;
            folder.Write(
                $"{i:00}.jpg",
                TempFolder.Encode(SKEncodedImageFormat.Jpeg, 90 + i, 100, (y, x) => new SKColor((byte)shade, (byte)x, (byte)y)));
        }

        Assert.Equal(PrintWith(threads: 1), PrintWith(threads: 7));

        string PrintWith(int threads)
        {
            var reading = new FileReading(
                folder.Root, ImageListing.ImagesBelow(folder.Root), maxBadFiles: 0, progress: null, CancellationToken.None, threads);
            reading.ReadHeaders();
            return Fingerprint.Of(new ImageSet("all", [.. reading.Decode(32, channels: 0, advice: "").Select(image => image!.Value)]));
        }
    }

    private static string Print(string root) => DataSources.Open(new DataOptions { Data = root }, 1).Fingerprint;

    private static ImageSet Set(byte[] pixels, int height, int width, int? label) =>
        new("one", [new Image(pixels, height, width, 1)], label is null ? null : [label.Value], label is null ? null : ["a", "b"]);
}
