using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class DataSourcesTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_Embedded_DividesTheTenThousandImages()
    {
        DataSplits splits = DataSources.Open(new DataOptions(), 1);
        Assert.Equal((6000, 2000, 2000), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.Equal((28, 1), (splits.ImageSize, splits.Train.Channels));
        Assert.Equal("Ankle boot", splits.Test.ClassNames![9]);

        // The published test part has a thousand images of each class.
        IReadOnlyList<ClassCount> classes = DataSources.Describe(new DataOptions(), 1).Classes;
        Assert.All(classes, count => Assert.Equal(1000, count.Train + count.Probe + count.Test));

        // Results that name the fingerprint must stay comparable: this changes only on purpose.
        Assert.Equal("714f479e6e981f0b8995c2a371697d04", splits.Fingerprint);
        Assert.Equal(
            "d5785f8d92f268661b6faeb8301bc328", DataSources.Open(new DataOptions { Division = DivisionRule.Earlier }, 1).Fingerprint);
    }

    [Fact]
    public void Open_EmbeddedWithALimit_UsesTheRunsSeedForTrainOnly()
    {
        DataSplits one = DataSources.Open(new DataOptions { Limit = 500 }, 1);
        DataSplits two = DataSources.Open(new DataOptions { Limit = 500 }, 2);
        Assert.Equal(500, one.Train.Count);
        Assert.NotEqual(one.Fingerprint, two.Fingerprint);
        Assert.Equal(Fingerprint.Of(one.Probe, one.Test), Fingerprint.Of(two.Probe, two.Test));
    }

    [Fact]
    public void Open_InvalidOptions_AreRefusedFirst()
    {
        Assert.Throws<InvalidOptionException>(() => DataSources.Open(new DataOptions { Data = "nowhere", ImageSize = 15 }, 1));
        Assert.Contains(
            "--limit",
            Assert.Throws<InvalidOptionException>(() => DataSources.Open(new DataOptions { Limit = 1 }, 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NeitherNameNorPath_ListsTheNames()
    {
        string message = Assert.Throws<InvalidOptionException>(() => DataSources.Open(new DataOptions { Data = "imagenette" }, 1)).Message;
        Assert.All(DataSources.Known, known => Assert.Contains(known.Name, message, StringComparison.Ordinal));
        Assert.Contains("imagenette", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileThatIsNoSource_SaysWhatIsExpected()
    {
        string path = folder.Write("archive.zip", 1, 2, 3);
        Assert.Contains(
            "Expected a folder",
            Assert.Throws<DataException>(() => DataSources.Open(new DataOptions { Data = path }, 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NameWithoutDataRoot_AsksForIt()
    {
        string message = Assert.Throws<InvalidOptionException>(() => DataSources.Open(new DataOptions { Data = "cifar-10" }, 1)).Message;
        Assert.Contains("--data-root", message, StringComparison.Ordinal);
        Assert.Contains("data_batch_1.bin", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NameWithAnEmptyDataRoot_SaysWhereItLooked()
    {
        string message = Assert
            .Throws<DataException>(() => DataSources.Open(new DataOptions { Data = "mnist", DataRoot = folder.Root }, 1)).Message;
        Assert.Contains(folder.Root, message, StringComparison.Ordinal);
        Assert.Contains("MNIST/raw", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_ClassFolders_CountsClassesAndSizes()
    {
        folder.WritePngs("a", 10, height: 100, width: 120);
        folder.WritePngs("b", 5, first: 60, height: 90, width: 200);
        DataDescription description = DataSources.Describe(new DataOptions { Data = folder.Root, ImageSize = 32 }, 1);
        Assert.Equal("class folders", description.Kind);
        Assert.Equal((9, 3, 3), (description.Train, description.Probe, description.Test));
        Assert.Equal(new SizeRange(90, 100, 120, 200) { MedianShortSide = 100 }, description.Sizes);
        Assert.Equal(["a", "b"], description.Classes.Select(count => count.Name));
        Assert.Equal([10, 5], description.Classes.Select(count => count.Train + count.Probe + count.Test));
        Assert.Equal(3, description.Channels);
        Assert.Empty(description.SkippedFiles);
    }

    [Fact]
    public void MemoryBudget_MoreThanItsShare_NamesTheNeedAndTheWayOut()
    {
        const long Gibibyte = 1L << 30;
        MemoryBudget.Require(5 * Gibibyte, 10 * Gibibyte, "100 images", "Use --limit N.");
        string message = Assert.Throws<DataException>(
            () => MemoryBudget.Require(7 * Gibibyte, 10 * Gibibyte, "100 images", "Use --limit N.")).Message;
        Assert.Contains("7.0 GiB", message, StringComparison.Ordinal);
        Assert.Contains("Use --limit N.", message, StringComparison.Ordinal);
        Assert.True(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > 0);
    }
}
