using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class CifarTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_Cifar10_InterleavesThePlanesAndTakesTestFromTheTestBatch()
    {
        folder.Write("data_batch_1.bin", Records(10, coarse: false, first: 0));
        folder.Write("data_batch_2.bin", Records(10, coarse: false, first: 10));
        folder.Write("test_batch.bin", Records(4, coarse: false, first: 100));
        folder.Write("batches.meta.txt", [.. "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"u8]);
        DataSplits splits = Open();
        Assert.Equal((16, 4, 4), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.Equal("truck", splits.Test.ClassNames![9]);
        Assert.Equal(32, splits.ImageSize);
        for (int i = 0; i < splits.Test.Count; i++)
        {
            ReadOnlySpan<byte> pixels = splits.Test[i].Pixels.Span;
            Assert.True(pixels[0] >= 100);
            Assert.Equal([pixels[0], 1, 2], pixels[..3].ToArray());
            Assert.Equal(pixels[0] % 10, splits.Test.Labels![i]);
        }
    }

    [Fact]
    public void Open_Cifar100_UsesTheFineLabels()
    {
        folder.Write("train.bin", Records(20, coarse: true, first: 40));
        DataSplits splits = Open();
        Assert.Equal(100, splits.Train.ClassNames!.Count);
        Assert.Equal((12, 4, 4), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.All(Enumerable.Range(0, 12), i => Assert.Equal(splits.Train[i].Pixels.Span[0], splits.Train.Labels![i]));
    }

    [Fact]
    public void Open_Damaged_SaysWhatIsWrong()
    {
        AssertFails(Records(10, coarse: false, first: 0)[..^1], "records of 3073 bytes", "30729 bytes");
        AssertFails([], "0 bytes");
        byte[] badLabel = Records(10, coarse: false, first: 0);
        badLabel[3073 * 2] = 10;
        AssertFails(badLabel, "label 10", "record 2");
        folder.Write("data_batch_3.bin", Records(10, coarse: false, first: 0));
        AssertFails(Records(10, coarse: false, first: 0), "data_batch_2.bin", "missing");
    }

    [Fact]
    public void Open_NamedSource_FindsTheFolderOfTheDistribution()
    {
        folder.Write("cifar-10-batches-bin/data_batch_1.bin", Records(10, coarse: false, first: 0));
        Assert.Equal(6, DataSources.Open(new DataOptions { Data = "cifar-10", DataRoot = folder.Root }, 1).Train.Count);
        string message = Assert
            .Throws<DataException>(() => DataSources.Open(new DataOptions { Data = "cifar-100", DataRoot = folder.Root }, 1)).Message;
        Assert.Contains("train.bin, test.bin", message, StringComparison.Ordinal);
    }

    private static byte[] Records(int count, bool coarse, int first)
    {
        var bytes = new List<byte>();
        for (int i = first; i < first + count; i++)
        {
            byte[] red = new byte[1024], green = new byte[1024], blue = new byte[1024];
            (red[0], green[0], blue[0]) = ((byte)i, 1, 2);
            bytes.AddRange(coarse ? [(byte)(i % 20), (byte)i] : [(byte)(i % 10)]);
            bytes.AddRange([.. red, .. green, .. blue]);
        }

        return [.. bytes];
    }

    private DataSplits Open() => DataSources.Open(new DataOptions { Data = folder.Root }, 1);

    private void AssertFails(byte[] batch, params string[] expected)
    {
        folder.Write("data_batch_1.bin", batch);
        string message = Assert.Throws<DataException>(() => Open()).Message;
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
