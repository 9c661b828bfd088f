using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class FolderLayoutTests
{
    [Theory]
    [InlineData("Training", "Testing")]
    [InlineData("train", "TEST")]
    [InlineData("train_set", "test_set")]
    [InlineData("TrainingSet", "ValidationSet")]
    [InlineData("train2017", "val2017")]
    [InlineData("tr", "te")]
    [InlineData("training data", "dev")]
    [InlineData("seg_train", "seg_test")]
    [InlineData("asl_alphabet_train", "asl_alphabet_test")]
    public void Open_FoldersOfParts_AreThePartsInAnyWords(string train, string test)
    {
        FolderSource source = Open(Images([$"{train}/cat", $"{train}/dog", $"{test}/cat", $"{test}/dog"]));
        Assert.Equal(["cat", "dog"], source.ClassNames);
        Assert.Equal((8, 8), (source.PoolCount, source.TestCount));
        Assert.Contains($"measurements are made on {test}/", string.Join(' ', source.Notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train_station", "test_tube", "cat")]
    [InlineData("train", "bus", "car")]
    [InlineData("trainer", "tester", "devil")]
    [InlineData("eval", "value", "valid")]
    public void Open_ClassesThatSoundLikeParts_AreClasses(params string[] names)
    {
        FolderSource source = Open(Images(names));
        Assert.Equal(names.Order(StringComparer.Ordinal), source.ClassNames);
        Assert.Equal(0, source.TestCount);
    }

    [Fact]
    public void Open_PartsWithinClasses_AreThePartsOfEachClass()
    {
        FolderSource source = Open(Images(["bolt/train", "bolt/test", "nut/train", "nut/test"]));
        Assert.Equal(["bolt", "nut"], source.ClassNames);
        Assert.Equal((8, 8), (source.PoolCount, source.TestCount));
        Assert.All(
            source.Paths!.Zip(source.Labels!),
            pair => Assert.StartsWith(source.ClassNames![pair.Second], pair.First, StringComparison.Ordinal));
        Assert.All(source.Paths!.Skip(8), path => Assert.Contains("/test/", path, StringComparison.Ordinal));
    }

    [Fact]
    public void Open_TestAndVal_SaysWhatBecomesOfVal()
    {
        FolderSource source = Open(Images(["train/a", "train/b", "val/a", "val/b", "test/a", "test/b"]));
        Assert.Equal((8, 8), (source.PoolCount, source.TestCount));
        Assert.Contains("The 8 images of val/ are not used", string.Join(' ', source.Notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2015/01", "2015/02", "2016/01")]
    [InlineData("2015-01-31", "2015-02-01", "2016-12-24 Christmas")]
    [InlineData("20150131", "20150201", "unsorted", "20150301", "20150302")]
    [InlineData("IMG_20150131", "IMG_20150201")]
    [InlineData("January", "February", "March")]
    [InlineData("01-Jan", "02-Feb")]
    [InlineData("31.01.2015", "01.02.2015")]
    [InlineData("DCIM/100CANON", "DCIM/101CANON")]
    [InlineData("100APPLE", "101APPLE", "202401__")]
    [InlineData("Photos from 2015", "Photos from 2016")]
    [InlineData("2015/01", "2015/02")]
    public void Open_FoldersOfDatesOrCameras_AreNoClassesUnlessAsked(params string[] folders)
    {
        FolderSource source = Open(Images(folders));
        Assert.Null(source.Labels);
        Assert.Contains("--labels folders", Assert.Single(source.Notices), StringComparison.Ordinal);
        Assert.NotNull(FolderLayout.Open("root", Images(folders), LabelRule.Folders).Labels);
    }

    [Theory]
    [InlineData("0", "1", "2")]
    [InlineData("001.Albatross", "002.Auklet")]
    [InlineData("n01440764", "n01443537")]
    [InlineData("may apple", "june bug", "oak")]
    [InlineData("class_2", "class_10")]
    public void Open_FoldersWithNumbers_AreClasses(params string[] folders) => Assert.NotNull(Open(Images(folders)).Labels);

    [Fact]
    public void Open_SameFoldersInEveryFolder_AsksWhichAreTheClasses()
    {
        string[] images = Images(["photo/dog", "photo/cat", "sketch/dog", "sketch/cat", "cartoon/cat", "cartoon/dog"]);
        string message = Assert.Throws<DataException>(() => Open(images)).Message;
        Assert.Contains("--data 'domains:root'", message, StringComparison.Ordinal);
        Assert.Contains("--labels folders", message, StringComparison.Ordinal);
        Assert.Equal(["cartoon", "photo", "sketch"], FolderLayout.Open("root", images, LabelRule.Folders).ClassNames);
        Assert.Null(FolderLayout.Open("root", images, LabelRule.None).Labels);
        Assert.NotNull(FolderLayout.Open("root", images, earlier: true).Labels);
    }

    [Fact]
    public void Open_CamerasWithinClasses_AreNoQuestion() =>
        Assert.Equal(["cat", "dog"], Open(Images(["cat/100CANON", "cat/101CANON", "dog/100CANON", "dog/101CANON"])).ClassNames);

    [Fact]
    public void Open_AFolderForEachImage_HasNoClasses()
    {
        string[] images = [.. Enumerable.Range(0, 20).Select(i => $"item{i:00}/0.png")];
        Assert.Null(Open(images).Labels);
    }

    [Fact]
    public void Open_ImagesBesideFolders_CanBeTakenWithoutLabels()
    {
        string[] images = [.. Images(["album"]), "x.png"];
        Assert.Contains("--labels none", Assert.Throws<DataException>(() => Open(images)).Message, StringComparison.Ordinal);
        Assert.Equal(5, FolderLayout.Open("root", images, LabelRule.None).PoolCount);
    }

    [Fact]
    public void Open_Earlier_KnowsTheNamesOfThen()
    {
        FolderSource source = FolderLayout.Open("root", Images(["Training/a", "Training/b", "Testing/a", "Testing/b"]), earlier: true);
        Assert.Equal(["Testing", "Training"], source.ClassNames);
        Assert.NotNull(FolderLayout.Open("root", Images(["2015", "2016"]), LabelRule.Folders, earlier: true).Labels);
    }

    private static FolderSource Open(string[] images) => FolderLayout.Open("root", images);

    private static string[] Images(string[] folders) =>
        [.. folders.SelectMany(folder => Enumerable.Range(0, 4).Select(i => $"{folder}/{i}.png")).Order(StringComparer.Ordinal)];
}
