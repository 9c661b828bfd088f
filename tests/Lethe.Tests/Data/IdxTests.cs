using System.Buffers.Binary;
using System.IO.Compression;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class IdxTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false, '-')]
    [InlineData(true, '-')]
    [InlineData(true, '.')]
    public void Open_TrainAndTestFiles_GivesTheirPixelsAndLabels(bool gzip, char separator)
    {
        WriteSet("train", 30, gzip, separator: separator);
        WriteSet("t10k", 5, gzip, first: 100, separator: separator);
        DataSplits splits = Open();
        Assert.Equal((24, 6, 5), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.Equal(16, splits.ImageSize);
        Assert.Equal(1, splits.Train.Channels);
        foreach (ImageSet part in new[] { splits.Train, splits.Probe, splits.Test })
        {
            for (int i = 0; i < part.Count; i++)
            {
                byte shade = part[i].Pixels.Span[0];
                Assert.Equal(shade % 3, part.Labels![i]);
                Assert.Equal(part == splits.Test, shade >= 100);
                Assert.Equal(shade + 1, part[i].Pixels.Span[^1]);
            }
        }
    }

    [Fact]
    public void Open_OneImagesFile_IsDividedAndUnlabelled()
    {
        DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Write("my-images-idx3-ubyte", Images(20, 16, 16)) }, 1);
        Assert.Equal((16, 0, 4), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.Null(splits.Train.Labels);
        Assert.Null(splits.Test.ClassNames);
    }

    [Fact]
    public void Open_OneImagesFileWithLabelsBesideIt_IsLabelled()
    {
        string path = folder.Write("my-images-idx3-ubyte", Images(20, 16, 16));
        folder.Write("my-labels-idx1-ubyte.gz", Gzip(Labels(20)));
        Assert.NotNull(DataSources.Open(new DataOptions { Data = path }, 1).Probe.Labels);
    }

    [Fact]
    public void Open_FolderWithinAFolder_IsFound()
    {
        WriteSet("inner/train", 20, gzip: false);
        Assert.Equal(12, Open().Train.Count);
    }

    [Fact]
    public void Open_Damaged_SaysWhatIsWrong()
    {
        byte[] images = Images(20, 16, 16);
        AssertFails(images[..10], Labels(20), "ends within the header");
        AssertFails(images[..^1], Labels(20), "truncated", "20 images", "image 19");
        AssertFails([.. images, 0], Labels(20), "goes on after the 20 images");
        AssertFails(images, Labels(19), "19 labels", "20 images");
        AssertFails(images, Labels(20)[..^3], "truncated", "20 labels");
        AssertFails(images, images, "expected the magic number 2049, found 2051");
        AssertFails(Labels(20), Labels(20), "expected the magic number 2051, found 2049");
        AssertFails(Images(0, 16, 16), Labels(0), "0 images");
        AssertFails(Header(0x0803, uint.MaxValue, 16, 16), Labels(20), "4294967295 images");
        AssertFails(Header(0x0803, int.MaxValue, 10_000, 10_000), Labels(20), "more than a file of its length can");
    }

    [Fact]
    public void Open_DamagedGzip_SaysSo()
    {
        byte[] gzip = Gzip(Images(200, 16, 16));
        foreach (Action<byte[]> damage in new Action<byte[]>[] { b => b[b.Length / 2] ^= 0x5A, b => b[0] = 0, b => b[^6] ^= 1 })
        {
            byte[] damaged = [.. gzip];
            damage(damaged);
            string path = folder.Write("train-images-idx3-ubyte.gz", damaged);
            string message = Assert.Throws<DataException>(() => Open()).Message;
            Assert.Contains(path, message, StringComparison.Ordinal);
        }

        folder.Write("train-images-idx3-ubyte.gz", gzip[..(gzip.Length / 2)]);
        Assert.Contains("train-images", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LabelsOfOnePartMissing_NamesTheFile()
    {
        WriteSet("train", 20, gzip: false);
        folder.Write("t10k-images-idx3-ubyte", Images(5, 16, 16));
        string message = Assert.Throws<DataException>(() => Open()).Message;
        Assert.Contains("t10k-labels-idx1-ubyte", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SeveralSetsInAFolder_AsksForOne()
    {
        WriteSet("letters-train", 20, gzip: false);
        WriteSet("digits-train", 20, gzip: false);
        Assert.Contains("Give the path of one", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    private static byte[] Images(int count, int height, int width, int first = 0)
    {
        var pixels = new List<byte>(Header(0x0803, (uint)count, (uint)height, (uint)width));
        for (int i = 0; i < count; i++)
        {
            byte[] image = new byte[height * width];
            image[0] = (byte)(first + i);
            image[^1] = (byte)(first + i + 1);
            pixels.AddRange(image);
        }

        return [.. pixels];
    }

    private static byte[] Labels(int count, int first = 0) =>
        [.. Header(0x0801, (uint)count), .. Enumerable.Range(first, count).Select(i => (byte)(i % 3))];

    private static byte[] Header(params uint[] words)
    {
        byte[] bytes = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
        }

        return bytes;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private DataSplits Open() => DataSources.Open(new DataOptions { Data = folder.Root }, 1);

    private void WriteSet(string prefix, int count, bool gzip, int first = 0, char separator = '-')
    {
        byte[] images = Images(count, 16, 16, first), labels = Labels(count, first);
        folder.Write($"{prefix}-images{separator}idx3-ubyte{(gzip ? ".gz" : "")}", gzip ? Gzip(images) : images);
        folder.Write($"{prefix}-labels{separator}idx1-ubyte{(gzip ? ".gz" : "")}", gzip ? Gzip(labels) : labels);
    }

    private void AssertFails(byte[] images, byte[] labels, params string[] expected)
    {
        folder.Write("train-images-idx3-ubyte", images);
        folder.Write("train-labels-idx1-ubyte", labels);
        string message = Assert.Throws<DataException>(() => Open()).Message;
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Contains(folder.Root, message, StringComparison.Ordinal);
    }
}
