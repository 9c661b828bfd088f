using System.Text;
using Lethe.Data;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class LabelTableTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("path,label\n", ",", "")]
    [InlineData("filename;class\n", ";", "")]
    [InlineData("image\tdiagnosis\n", "\t", "")]
    [InlineData("Image_ID,Species\n", ",", "unended")]
    [InlineData("", ",", "")]
    [InlineData("", ";", "images")]
    [InlineData("path,label\n", ",", "full")]
    [InlineData("path,label\n", ",", "windows")]
    [InlineData("path,label\n", ",", "elsewhere")]
    [InlineData("\uFEFFpath,label\n", ",", "quoted")]
    public void Open_TableOfLabels_LabelsAFlatFolder(string title, string separator, string way)
    {
        folder.WritePngs("images", 20);
        DataSplits splits = Open(title + string.Join('\n', Enumerable.Range(0, 20).Select(i =>
        {
            string path = way switch
            {
                "unended" => $"{i:000}",
                "images" => $"images/{i:000}.png",
                "full" => folder[$"images/{i:000}.png"],
                "windows" => $"images\\{i:000}.png",
                "elsewhere" => $"/home/somebody/images/{i:000}.png",
                "quoted" => $"\"{i:000}.png\"",
                _ => $"{i:000}.png",
            };
            return $"{path}{separator}{(i % 2 == 0 ? "even" : "odd")}";
        })));
        Assert.Equal(["even", "odd"], splits.Train.ClassNames);
        Assert.Equal((12, 4, 4), (splits.Train.Count, splits.Probe.Count, splits.Test.Count));
        Assert.All(
            splits.Train.Paths!.Zip(splits.Train.Labels!),
            pair => Assert.Equal((pair.First[^5] - '0') % 2, pair.Second));
    }

    [Fact]
    public void Open_RowsAndImagesWithoutEachOther_AreCountedAndSaid()
    {
        folder.WritePngs("images", 12);
        DataSplits splits = Open(
            "path,label\nmissing.png,a\n" + string.Concat(Enumerable.Range(0, 10).Select(i => $"{i:000}.png,{(i < 5 ? "a" : "b")}\n")));
        Assert.Equal(10, splits.Train.Count + splits.Probe.Count + splits.Test.Count);
        string said = string.Join(' ', splits.Notices);
        Assert.Contains("1 rows of labels.csv are of no image of the source, as missing.png (line 2)", said, StringComparison.Ordinal);
        Assert.Contains("2 images have no row in labels.csv, as 010.png, 011.png", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path,label\n000.png,a\n001.png,b\n000.png,b\n", "line 4 says 'b' of 000.png, and line 2 says 'a'")]
    [InlineData("path,label\nx.png,a\n", "none of its rows")]
    [InlineData("path,label\n000.png,a\n001.png,a\n", "at least two classes")]
    [InlineData("a,b,c\n1,2,3\n", "none of its rows")]
    [InlineData("path,height,width\n000.png,2,3\n", "no column is called label")]
    [InlineData("000.png\n001.png\n", "expected two columns")]
    [InlineData("", "is empty")]
    public void Open_TableThatDoesNotDo_SaysWhy(string table, string expected)
    {
        folder.WritePngs("images", 8);
        Assert.Contains(expected, Assert.Throws<DataException>(() => Open(table)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoSuchTable_SaysWhatCanBeGiven()
    {
        folder.WritePngs("images", 8);
        Assert.Contains("auto, folders or none", Assert.Throws<InvalidOptionException>(
            () => DataSources.Open(new DataOptions { Data = folder["images"], Labels = "foldrs" }, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NumberedImages_AreLabelledByNumber()
    {
        string table = Write(
            "rows.csv", "row,label\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"x.npy#{i},{i % 3}\n")));
        DataSplits splits = DataSources.Open(new DataOptions { Labels = table, Limit = 20 }, 1);
        Assert.Equal(["0", "1", "2"], splits.Test.ClassNames);
        Assert.All(splits.Test.Items!.Zip(splits.Test.Labels!), pair => Assert.Equal(pair.First % 3, pair.Second));
    }

    [Fact]
    public void Open_LabelsNone_LeavesThemAside()
    {
        DataSplits splits = DataSources.Open(new DataOptions { Labels = LabelRule.None, Limit = 20 }, 1);
        Assert.Null(splits.Test.Labels);
        Assert.Equal((0, 500), (splits.Probe.Count, splits.Test.Count));
    }

    [Fact]
    public void Open_Groups_StayInOnePart()
    {
        for (int i = 0; i < 40; i++)
        {
            folder.Write(
                $"clip{i / 4:00}_{i % 4}.png", TempFolder.Encode(SKEncodedImageFormat.Png, 16, 16, (y, _) => new((byte)i, (byte)y, 9)));
        }

        string table = Write(
            "groups.tsv", "file\tvideo\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"clip{i / 4:00}_{i % 4}.png\tv{i / 4}\n")));
        foreach (string rule in new[] { @"name:clip\d+", @"name:(clip\d+)_", table })
        {
            DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Root, GroupBy = rule }, 1);
            Assert.Equal((32, 8), (splits.Train.Count, splits.Test.Count));
            Assert.Empty(splits.Train.Paths!.Select(path => path[..6]).Intersect(splits.Test.Paths!.Select(path => path[..6])));
            Assert.Equal(40, splits.Groups.Count);
        }

        Assert.Contains("matches none", Assert.Throws<DataException>(
            () => DataSources.Open(new DataOptions { Data = folder.Root, GroupBy = "name:patient" }, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("no expression", Assert.Throws<InvalidOptionException>(
            () => DataSources.Open(new DataOptions { Data = folder.Root, GroupBy = "name:(" }, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GroupByFolder_KeepsTheInnermostFolders()
    {
        foreach (string patient in new[] { "ill/p1", "ill/p2", "ill/p3", "ill/p4", "well/p5", "well/p6", "well/p7", "well/p8" })
            folder.WritePngs(patient, 5, first: 10 * (patient[^1] - '0'));
        DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Root, GroupBy = "folder" }, 1);
        HashSet<string>[] parts =
            [.. new[] { splits.Train, splits.Probe, splits.Test }.Select(part => part.Paths!.Select(path => path[..^7]).ToHashSet())];
        Assert.Equal(8, parts.Sum(part => part.Count));
        Assert.All(new[] { splits.Train, splits.Probe, splits.Test }, part => Assert.Equal(2, part.Labels!.Distinct().Count()));
    }

    [Fact]
    public void Open_EqualImages_StayInOnePartUnlessAsked()
    {
        folder.WritePngs("a", 30);
        foreach (int i in Enumerable.Range(0, 10))
            folder.Write($"a/copy{i}.png", File.ReadAllBytes(folder[$"a/{i:000}.png"]));
        DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Root }, 1);
        Assert.Empty(Pixels(splits.Train).Intersect(Pixels(splits.Test)));
        Assert.Contains("Equal to another image: 10", string.Join(' ', splits.Notices), StringComparison.Ordinal);
        DataSplits apart = DataSources.Open(new DataOptions { Data = folder.Root, Duplicates = DuplicateRule.Ignore }, 1);
        Assert.NotEmpty(Pixels(apart.Train).Intersect(Pixels(apart.Test)));
    }

    [Fact]
    public void Open_OwnTestPartThatSharesImages_StaysAndIsSaid()
    {
        folder.WritePngs("train", 30);
        folder.WritePngs("test", 10, first: 25);
        DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Root }, 1);
        Assert.Equal((30, 10), (splits.Train.Count, splits.Test.Count));
        Assert.Contains(
            "5 of 10 test images are equal to training images", string.Join(' ', splits.Notices), StringComparison.Ordinal);
    }

    private static IEnumerable<UInt128> Pixels(ImageSet images) =>
        Enumerable.Range(0, images.Count).Select(i => Fingerprint.OfPixels(images[i]));

    private string Write(string name, string text) => folder.Write(name, Encoding.UTF8.GetBytes(text));

    private DataSplits Open(string table)
    {
        string path = Write("labels.csv", table);
        return DataSources.Open(new DataOptions { Data = folder["images"], Labels = path }, 1);
    }
}
