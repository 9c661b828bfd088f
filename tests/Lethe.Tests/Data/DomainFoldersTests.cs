using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class DomainFoldersTests : IDisposable
{
    private readonly TempFolder folder = new();

    public DomainFoldersTests()
    {
        int first = 0;
        foreach (string domain in (string[])["photo", "sketch", "art, old=er"])
        {
            foreach (string name in (string[])["cat", "dog"])
                folder.WritePngs($"{domain}/{name}", 4, first: first += 4);
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_DomainsOfClasses_LabelsByBoth()
    {
        DomainSet set = DomainFolders.Read(folder.Root, 16);
        Assert.Equal(["art, old=er", "photo", "sketch"], set.DomainNames);
        Assert.Equal(["cat", "dog"], set.Images.ClassNames);
        Assert.Equal(24, set.Images.Count);
        Assert.All(
            Enumerable.Range(0, 24),
            i => Assert.StartsWith(
                $"{set.DomainNames[set.Domains[i]]}/{set.Images.ClassNames![set.Images.Labels![i]]}/", set.Images.Paths![i],
                StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 24), set.Images.Items);
    }

    [Fact]
    public void LeaveOut_ADomain_SplitsByIt()
    {
        DomainSet set = DomainFolders.Read(folder.Root, 16);
        (ImageSet others, ImageSet leftOut) = set.LeaveOut("photo");
        Assert.Equal((16, 8), (others.Count, leftOut.Count));
        Assert.All(leftOut.Paths!, path => Assert.StartsWith("photo/", path, StringComparison.Ordinal));
        Assert.Empty(others.Items!.Intersect(leftOut.Items!));
        Assert.Contains(
            "art, old=er, photo, sketch",
            Assert.Throws<InvalidOptionException>(() => set.LeaveOut("clay")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sketch")]
    [InlineData("photo")]
    public void Open_AsASource_TestsOnTheDomainThatIsLeftOut(string test)
    {
        DataSplits splits = DataSources.Open(new DataOptions { Data = $"domains:{folder.Root},test={test}" }, 0);
        Assert.Equal(["cat", "dog"], splits.Train.ClassNames);
        Assert.Equal(8, splits.Test.Count);
        Assert.All(splits.Test.Paths!, path => Assert.StartsWith(test + "/", path, StringComparison.Ordinal));
        Assert.All(
            splits.Train.Paths!.Concat(splits.Probe.Paths!), path => Assert.False(path.StartsWith(test + "/", StringComparison.Ordinal)));
        Assert.All(
            splits.Train.Labels!.Zip(splits.Train.Paths!),
            pair => Assert.Contains($"/{splits.Train.ClassNames![pair.First]}/", pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void Open_WithoutATestDomain_DividesAll()
    {
        DataSplits splits = DataSources.Open(new DataOptions { Data = $"domains:{folder.Root}" }, 0);
        Assert.Equal(24, splits.Train.Count + splits.Probe.Count + splits.Test.Count);
        Assert.Equal(2, splits.Train.ClassNames!.Count);
    }

    [Fact]
    public void Read_OtherLayouts_SaysWhatIsExpected()
    {
        Assert.Contains(
            "no domain 'clay'",
            Assert.Throws<InvalidOptionException>(
                () => DataSources.Open(new DataOptions { Data = $"domains:{folder.Root},test=clay" }, 0)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "does not exist",
            Assert.Throws<InvalidOptionException>(() => DomainFolders.Read(folder["nowhere"], 16)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "DOMAIN/CLASS/image",
            Assert.Throws<DataException>(() => DomainFolders.Read(folder["photo"], 16)).Message,
            StringComparison.Ordinal);
        Directory.Delete(folder["sketch/dog"], recursive: true);
        Assert.Contains(
            "'sketch'", Assert.Throws<DataException>(() => DomainFolders.Read(folder.Root, 16)).Message, StringComparison.Ordinal);
    }
}
