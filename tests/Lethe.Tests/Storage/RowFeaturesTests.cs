using System.IO.Compression;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Tests.Storage;

public sealed class RowFeaturesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(new long[] { 3, 4, 1, 1 }, null, new long[] { 3, 4 })]
    [InlineData(new long[] { 3, 1, 1, 4 }, null, new long[] { 3, 4 })]
    [InlineData(new long[] { 3, 4, 1 }, null, new long[] { 3, 4 })]
    [InlineData(new long[] { 3, 4, 1 }, 3, new long[] { 3, 4, 1 })]
    [InlineData(new long[] { 12, 1 }, null, new long[] { 12, 1 })]
    [InlineData(new long[] { 12, 1, 1 }, null, new long[] { 12, 1 })]
    [InlineData(new long[] { 2, 2, 3 }, null, new long[] { 2, 2, 3 })]
    public void Of_LengthsOfOne_AreLeftOutAndSaid(long[] shape, int? views, long[] expected)
    {
        RowFeatures found = RowFeatures.Of(new NpyArray("test", "<f4", shape, new float[12]), views);
        Assert.Equal(expected, found.Shape);
        Assert.Equal(!shape.SequenceEqual(expected), found.Notes.Any(note => note.Contains("are taken as [", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_Integers_AreTakenAndTheirRoundingIsSaid()
    {
        RowFeatures found = RowFeatures.Of(new NpyArray("test", "|u1", [2, 2], new long[] { 0, 1, 2, 255 }));
        Assert.Equal([0.0, 1, 2, 255], Assert.IsType<double[]>(found.Values));
        Assert.Contains("exactly", Assert.Single(found.Notes));
        Assert.Contains("rounds", Assert.Single(RowFeatures.Of(new NpyArray("test", "<i8", [1, 1], new[] { (1L << 53) + 1 })).Notes));
    }

    [Theory]
    [InlineData(new long[] { 1, 3, 2, 2 }, "a.mean((2, 3))")]
    [InlineData(new long[] { 12 }, "a.reshape(-1, 1)")]
    [InlineData(new long[] { 0, 3 }, "at least one row")]
    public void Of_OtherShapes_SaysTheLineThatHelps(long[] shape, string expected)
    {
        var array = new NpyArray("test", "<f4", shape, new float[shape.Aggregate((a, b) => a * b)]);
        Assert.Contains(expected, Assert.Throws<DataException>(() => RowFeatures.Of(array)).Message);
    }

    [Fact]
    public void Read_TextOfNumbers_IsRefusedWithTheLineThatHelps() => Assert.Contains(
        "a.astype('float64').reshape(len(a), -1)",
        Assert.Throws<DataException>(() => RowFeatures.Of(new NpyArray("test", "<U3", [1, 1], new[] { "1.5" }))).Message);

    [Fact]
    public void Read_TableOfEmbed_LeavesOutWhatStandsBesideThem()
    {
        File.WriteAllText(folder["f.csv"], "path,label,part,e0,e1\n\"a\nb.png\",cat,,1.5,2\nc.png,owl,test,-3e-2,4\n");
        RowFeatures found = RowFeatures.Read(folder["f.csv"]);
        Assert.Equal([2L, 2], found.Shape);
        Assert.Equal([1.5, 2, -0.03, 4], Assert.IsType<double[]>(found.Values));
        File.WriteAllText(folder["plain.csv"], "1,2\n3,4\n5,6\n");
        Assert.Equal([3L, 2], RowFeatures.Read(folder["plain.csv"]).Shape);
        File.WriteAllText(folder["bad.csv"], "e0,e1\n1,2\n3,x\n");
        Assert.Contains("row 1 (counted from 0), column 1 ('e1')", Message("bad.csv"));
        File.WriteAllText(folder["ragged.csv"], "1,2\n3\n");
        Assert.Contains("Row 2", Message("ragged.csv"));
    }

    [Fact]
    public void Read_ArchiveOfArrays_TakesTheOnlyOneOrNamesThem()
    {
        void Zip(string name, params string[] entries)
        {
            using ZipArchive archive = ZipFile.Open(folder[name], ZipArchiveMode.Create);
            foreach (string entry in entries)
            {
                using Stream stream = archive.CreateEntry(entry).Open();
                if (entry.EndsWith(".npy", StringComparison.Ordinal))
                    NpyFile.Write(stream, [1f, 2, 3, 4], [2, 2]);
            }
        }

        Zip("one.npz", "arr_0.npy");
        Zip("two.npz", "features.npy", "labels.npy");
        Zip("torch.pt", "archive/data.pkl", "archive/data/0");
        Assert.Equal([2L, 2], RowFeatures.Read(folder["one.npz"]).Shape);
        Assert.Contains("features, labels", Message("two.npz"));
        Assert.Contains("a['features']", Message("two.npz"));
        Assert.Contains("torch.load(", Message("torch.pt"));
    }

    [Fact]
    public void Read_OtherFormats_AreToldByTheirFirstBytes()
    {
        foreach ((byte[] start, string line) in (IEnumerable<(byte[], string)>)[([0x89, .. "HDF\r\n"u8], "h5py"), ([.. "PAR1"u8], "pandas"),
            ([.. "MATLAB 5"u8], "scipy"), ([0x80, 4, 1], "allow_pickle")])
        {
            File.WriteAllBytes(folder["x.npy"], start);
            Assert.Contains(line, Message("x.npy"));
        }

        File.WriteAllBytes(folder["x.npy"], []);
        Assert.Contains("is empty", Message("x.npy"));
    }

    private string Message(string name) => Assert.Throws<DataException>(() => RowFeatures.Read(folder[name])).Message;
}
