using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Tests.Storage;

public sealed class RowLabelsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_NumbersWithGaps_AreNumberedInTheirOrder()
    {
        RowLabels found = RowLabels.Of(new NpyArray("test", "<i8", [4], new long[] { 127, -3, 0, 127 }));
        Assert.Equal([2, 0, 1, 2], found.Numbers);
        Assert.Equal(["-3", "0", "127"], found.Names);
    }

    [Fact]
    public void Of_MinusOne_IsNoClassAndIsCounted()
    {
        RowLabels found = RowLabels.Of(new NpyArray("test", "<i8", [3, 1], new long[] { 5, -1, -1 }));
        Assert.Equal([0, RowLabels.None, RowLabels.None], found.Numbers);
        Assert.Equal(["5"], found.Names);
        Assert.Contains(found.Notes, note => note.StartsWith("2 of 3 labels are −1 or empty", StringComparison.Ordinal));
        Assert.Equal([RowLabels.None, 0], RowLabels.Of(new NpyArray("test", "<f8", [2], new[] { double.NaN, 3 })).Numbers);
    }

    [Fact]
    public void Of_Names_AreNumberedInOrdinalOrder()
    {
        RowLabels found = RowLabels.Of(new NpyArray("test", "<U5", [4], new[] { "owl", "Cat", "", "owl" }));
        Assert.Equal([1, 0, RowLabels.None, 1], found.Numbers);
        Assert.Equal(["Cat", "owl"], found.Names);
        Assert.Contains("2 classes: Cat, owl.", found.Notes);
    }

    [Fact]
    public void Of_WholeFloatsAndOneHotRows_AreTaken()
    {
        Assert.Equal([1, 0], RowLabels.Of(new NpyArray("test", "<f4", [1, 2], new[] { 3f, 0 })).Numbers);
        RowLabels hot = RowLabels.Of(new NpyArray("test", "<f4", [3, 2], new[] { 0f, 1, 1, 0, 0, 0 }));
        Assert.Equal([1, 0, RowLabels.None], hot.Numbers);
        Assert.Contains("Labels are one-hot, of 2 classes.", hot.Notes);
    }

    [Fact]
    public void Of_WhatIsNoLabel_SaysWhatToDo()
    {
        static string Message(NpyArray array) => Assert.Throws<DataException>(() => RowLabels.Of(array)).Message;
        Assert.Contains("found 0.5 in row 1", Message(new NpyArray("test", "<f8", [2], new[] { 1, 0.5 })));
        Assert.Contains("a.argmax(1)", Message(new NpyArray("test", "<f8", [1, 1, 2, 2], new[] { 0.5, 0.5, 0, 1 })));
        Assert.Contains("a.argmax(1)", Message(new NpyArray("test", "<U1", [1, 2, 2], new[] { "a", "b", "c", "d" })));
        Assert.Contains("shape [N]", Message(new NpyArray("test", "<i8", [2, 2, 2], new long[8])));
        Assert.Contains("shape [N]", Message(new NpyArray("test", "<i8", [0], Array.Empty<long>())));
    }

    [Theory]
    [InlineData("l.txt", "owl\ncat\n\nowl\n", new[] { 1, 0, -1, 1 })]
    [InlineData("l.txt", "10\r\n9\r\n-1\r\n", new[] { 1, 0, -1 })]
    [InlineData("l.csv", "label\nowl\ncat\n", new[] { 1, 0 })]
    [InlineData("l.csv", "3\n1\n", new[] { 1, 0 })]
    [InlineData("l.csv", "path,Label,part\n\"a,\n\"\"b\"\".png\",owl,test\nc.png,\"cat\",train\n", new[] { 1, 0 })]
    [InlineData("l.tsv", "path\tclass\na\t7\nb\t5\n", new[] { 1, 0 })]
    public void Read_Text_TakesALineOrAColumn(string name, string text, int[] expected)
    {
        File.WriteAllText(folder[name], text);
        Assert.Equal(expected, RowLabels.Read(folder[name]).Numbers);
    }

    [Fact]
    public void Read_TableWithoutTheColumn_NamesThoseThatThereAre()
    {
        File.WriteAllText(folder["l.csv"], "path,kind\na,b\n");
        Assert.Contains("path, kind", Assert.Throws<DataException>(() => RowLabels.Read(folder["l.csv"])).Message);
        Assert.Contains("no.txt", Assert.Throws<DataException>(() => RowLabels.Read(folder["no.txt"])).Message);
    }
}
