using CsCheck;
using Lethe.Data;
using Lethe.Storage;

namespace Lethe.Tests.Data;

public sealed class ListedPathsTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly TempFolder scratch = new();

    public void Dispose()
    {
        folder.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public void ToList_PathsInAnyOrder_AreThoseOfAnArrayInOrdinalOrder() =>
        Gen.String[Gen.Char["aB/.-é\uD83D\uDE00\uFFFD\u65E5 "], 0, 8].Array[0, 40].Sample(paths =>
        {
            using var writer = new PathWriter(scratch.Root);
            foreach (string path in paths)
                writer.Add(path);
            ListedPaths listed = writer.ToList();
            string[] sorted = [.. paths.Order(StringComparer.Ordinal)];
            Assert.Equal(sorted, listed);
            Assert.Equal(sorted, Enumerable.Range(0, listed.Count).Select(i => listed[i]));
        }, iter: 200);

    [Fact]
    public void Add_AfterAList_LeavesItAsItWas()
    {
        using var writer = new PathWriter(scratch.Root);
        writer.Add("b");
        ListedPaths before = writer.ToList();
        writer.Add("a");
        Assert.Equal(["b"], before);
        Assert.Equal(["a", "b"], writer.ToList());
    }

    [Fact]
    public void ToList_OnceTheWriterIsGone_IsStillThereAndNoFileIs()
    {
        ListedPaths listed;
        using (var writer = new PathWriter(scratch["not/there/yet"]))
        {
            writer.Add("dog/1.png");
            writer.Add("cat/2.png");
            listed = writer.ToList();
        }

        Assert.Equal(["cat/2.png", "dog/1.png"], listed);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Root));
        Assert.Throws<ArgumentOutOfRangeException>(() => listed[2]);
    }

    [Fact]
    public void Below_InAScratchFile_ListsWhatItListsInMemory()
    {
        folder.WritePngs("img", 3);
        folder.WritePngs("img-2", 3, first: 9);
        folder.WritePngs("", 2, first: 20);
        folder.Write("img/notes.txt", 1);
        folder.Write("img-2/notes.txt", 1);
        using var elsewhere = new TempFolder();
        elsewhere.WritePngs("far", 2, first: 40);
        Directory.CreateSymbolicLink(folder["a-link"], elsewhere["far"]);
        File.CreateSymbolicLink(folder["img/again.png"], elsewhere["far/000.png"]);
        File.CreateSymbolicLink(folder["img/same.png"], folder["img-2/001.png"]);
        FolderListing memory = ImageListing.Below(folder.Root), file = ImageListing.Below(folder.Root, scratch: scratch.Root);
        Assert.IsType<ListedPaths>(file.Paths);
        Assert.Equal(10, memory.Paths.Count);
        Assert.Equal(memory.Paths, file.Paths);
        Assert.Equal(memory.Ignored, file.Ignored);
        Assert.Equal("img/notes.txt", memory.Ignored.Single(kind => kind.Reason.Contains(".txt", StringComparison.Ordinal)).Example);
    }

    [Fact]
    public void Labels_InRuns_AreThoseThatWereGiven() => Gen.Int[0, 3].Array[0, 30].Sample(labels =>
    {
        var runs = new LabelRuns(labels);
        Assert.Equal(labels.Length, runs.Count);
        Assert.Equal(labels, runs);
        Assert.Equal(labels, Enumerable.Range(0, runs.Count).Select(i => runs[i]));
        Assert.Throws<ArgumentOutOfRangeException>(() => runs[runs.Count]);
    }, iter: 200);

    [Fact]
    public void Create_WhereNothingMayBeWritten_TakesTheSystemsFolder()
    {
        using IDisposable listening = FileOperation.Listen((operation, path) =>
        {
            if (path.StartsWith(scratch.Root, StringComparison.Ordinal))
                throw new UnauthorizedAccessException();
        });
        using FileStream file = ScratchFile.Create(scratch.Root);
        file.Write([1, 2, 3]);
        Assert.Equal(new byte[] { 1, 2, 3 }, new MappedList<byte>(file));
    }
}
