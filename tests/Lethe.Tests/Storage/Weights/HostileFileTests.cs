using System.Text;
using Lethe.Runtime;
using Lethe.Storage.Weights;
using Lethe.Tests.Interchange;
using static Lethe.Tests.Storage.Weights.TorchBytes;
using static TorchSharp.torch;

namespace Lethe.Tests.Storage.Weights;

/// <summary>Files made to run programs, to exhaust memory or to go on for ever. None does, and each is told.</summary>
[Collection(typeof(TorchCollection))]
public sealed class HostileFileTests : IDisposable
{
    private static readonly byte[] fourNumbers = [.. new[] { 1f, 2f, 3f, 4f }.SelectMany(BitConverter.GetBytes)];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Each of the ways in which a pickle calls: REDUCE, INST, OBJ, NEWOBJ, through the stack, and by BUILD's state.</summary>
    [Theory]
    [InlineData("cposix\nsystem\n({0}tR")]
    [InlineData("({0}iposix\nsystem\n")]
    [InlineData("(cposix\nsystem\n{0}o")]
    [InlineData("cposix\nsystem\n({0}t\u0081")]
    [InlineData("cposix\nsystem\n({0}t}\u0092")]
    [InlineData("\u008c\u0005posix\u008c\u0006system\u0093({0}tR")]
    public void Open_PickleThatRunsAProgram_DoesNotAndSaysSo(string call)
    {
        string mark = folder["ran"];
        File.WriteAllBytes(folder["f"], Saved(
            Dictionary(
                ("evil", call.Replace("{0}", Text($"touch {mark}"), StringComparison.Ordinal)), ("w", Tensor("0", 4, 0, [2, 2], [2, 1]))),
            ("0", fourNumbers)));
        using var scope = NewDisposeScope();
        using WeightFile file = WeightReader.Open(folder["f"]);
        Assert.Equal([1f, 2f, 3f, 4f], file.Load(Assert.Single(file.Tensors)).data<float>().ToArray());
        Assert.Contains("asks to call posix.system; nothing was executed", Assert.Single(file.Notes), StringComparison.Ordinal);
        Assert.False(File.Exists(mark));
    }

    /// <summary>The same bytes do run the program in Python, so the test means something. Skipped where there is no Python.</summary>
    [Fact]
    public void Open_TheSamePickleInPython_RunsTheProgram()
    {
        string mark = folder["ran"];
        File.WriteAllBytes(folder["p"], Encoding.Latin1.GetBytes("cposix\nsystem\n(" + Text($"touch {mark}") + "tR."));
        try
        {
            using var python = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo(
                    "python3", ["-c", "import pickle,sys; pickle.load(open(sys.argv[1],'rb'))", folder["p"]])
                { RedirectStandardError = true });
            python!.WaitForExit();
            Assert.SkipUnless(python.ExitCode == 0, "Python does not run here.");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no Python.");
        }

        Assert.True(File.Exists(mark));
    }

    [Fact]
    public void Open_ViewsOfOneStorage_AreRead()
    {
        using var scope = NewDisposeScope();
        File.WriteAllBytes(folder["f"], Saved(
            Dictionary(
                ("transposed", Tensor("0", 4, 0, [2, 2], [1, 2])), ("offset", Tensor("0", 4, 2, [2], [1])),
                ("scalar", Tensor("0", 4, 3, [], [])), ("expanded", Tensor("0", 4, 1, [3], [0])),
                ("none", Tensor("0", 4, 4, [0, 5], [5, 1])),
                ("row", Tensor("0", 4, 0, [1, 4], [77, 1]))),
            ("0", fourNumbers)));
        using WeightFile file = WeightReader.Open(folder["f"]);
        Dictionary<string, Tensor> found = file.Tensors.ToDictionary(tensor => tensor.Name, tensor => file.Load(tensor));
        Assert.Equal([1f, 3f, 2f, 4f], found["transposed"].data<float>().ToArray());
        Assert.Equal([3f, 4f], found["offset"].data<float>().ToArray());
        Assert.Equal(4f, found["scalar"].item<float>());
        Assert.Equal([2f, 2f, 2f], found["expanded"].data<float>().ToArray());
        Assert.Equal([0L, 5], found["none"].shape);
        Assert.Equal([1f, 2f, 3f, 4f], found["row"].data<float>().ToArray());
    }

    [Theory]
    [InlineData(5, 0, new long[] { 5 }, new long[] { 1 }, "5 elements of FloatStorage are expected")]
    [InlineData(4, 0, new long[] { 5 }, new long[] { 1 }, "takes 20 bytes of a storage of 16")]
    [InlineData(4, 3, new long[] { 2 }, new long[] { 1 }, "takes 20 bytes of a storage of 16")]
    [InlineData(4, 0, new long[] { 2 }, new long[] { 4 }, "takes 20 bytes")]
    [InlineData(4, -1, new long[] { 2 }, new long[] { 1 }, "the offset -1")]
    [InlineData(4, 1L << 62, new long[] { 0 }, new long[] { 1 }, "takes 18446744073709551616 bytes")]
    [InlineData(4, 0, new long[] { -2 }, new long[] { 1 }, "the shape [-2]")]
    [InlineData(4, 0, new long[] { 2 }, new long[] { -1 }, "the strides [-1]")]
    [InlineData(4, 0, new long[] { 2, 2 }, new long[] { 1 }, "2 dimensions and 1 strides")]
    [InlineData(4, 0, new long[] { long.MaxValue, long.MaxValue }, new long[] { 0, 0 }, "the shape")]
    public void Open_TensorBeyondItsStorage_IsRefused(long elements, long offset, long[] size, long[] stride, string expected)
    {
        File.WriteAllBytes(
            folder["f"], Saved(Dictionary(("w", Tensor("0", elements, offset, size, stride))), ("0", fourNumbers)));
        RunException error = Assert.Throws<RunException>(() => WeightReader.Open(folder["f"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("truncated or damaged", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A stride of zero makes any number of elements of one: what is taken must be worth the file.</summary>
    /// <summary>A shape that cannot be counted is not one of no elements, for which no values need to be there.</summary>
    [Fact]
    public void Open_ShapeWithoutValuesThatCannotBeCounted_IsNotRead()
    {
        byte[] Initialiser(params long[] shape) => [.. GraphBytes.Initialiser("weight", shape, [])[..^2]];
        StoredTensor Read(params long[] shape)
        {
            File.WriteAllBytes(folder["shape.onnx"], GraphBytes.Model([GraphBytes.Node("Relu", ["x"], ["y"])], [Initialiser(shape)]));
            using WeightFile file = WeightReader.Open(folder["shape.onnx"]);
            return Assert.Single(file.Tensors);
        }

        Assert.NotNull(Read(3, 0).Kind);
        Assert.Null(Read(58, 723_109_395_558_959_146).Kind);
    }

    [Fact]
    public void Load_ManyElementsOfOne_IsRefusedBeforeMemoryIsTaken()
    {
        using var scope = NewDisposeScope();
        File.WriteAllBytes(folder["f"], Saved(
            Dictionary(("w", Tensor("0", 4, 0, [1 << 20, 1 << 19], [0, 0]))), ("0", fourNumbers)));
        using WeightFile file = WeightReader.Open(folder["f"]);
        Assert.Contains(
            "would take 2199023255556: more than it can hold",
            Assert.Throws<RunException>(() => file.Load(file.Tensors[0])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManyTensorsOfOneStorage_IsRefusedAtTheBound()
    {
        using var scope = NewDisposeScope();
        byte[] values = new byte[1 << 20];
        File.WriteAllBytes(folder["f"], Saved(
            Dictionary([.. Enumerable.Range(0, 50).Select(i => ($"w{i}", Tensor("0", 1 << 18, i, [(1 << 18) - 50], [1])))]),
            ("0", values)));
        using WeightFile file = WeightReader.Open(folder["f"]);
        int loaded = 0;
        Assert.Throws<RunException>(() =>
        {
            foreach (StoredTensor tensor in file.Tensors)
            {
                file.Load(tensor);
                loaded++;
            }
        });
        Assert.InRange(loaded, 4, 8);
    }

    /// <summary>The same view is the same tensor, however often it is named.</summary>
    [Fact]
    public void Load_OneTensorUnderManyNames_TakesItsMemoryOnce()
    {
        using var scope = NewDisposeScope();
        byte[] values = new byte[1 << 20];
        File.WriteAllBytes(folder["f"], Saved(
            Dictionary([.. Enumerable.Range(0, 50).Select(i => ($"w{i}", Tensor("0", 1 << 18, 0, [1 << 18], [1])))]), ("0", values)));
        using WeightFile file = WeightReader.Open(folder["f"]);
        Assert.Single(file.Tensors.Select(tensor => file.Load(tensor)).Distinct());
    }

    /// <summary>Deep nesting, circles, and dictionaries that hold one twice, level upon level.</summary>
    [Fact]
    public void Open_NestingAndCircles_EndWithoutAnOverflow()
    {
        string[] pickles =
        [
            "\u0080\u0002" + new string(']', 20_000) + new string('a', 19_999) + ".",
            "\u0080\u0002" + new string('(', 20_000) + new string('t', 20_000) + ".",
            "\u0080\u0002}q\u0000\u008c\u0004selfh\u0000s\u008c\u0001w" + Tensor("0", 4, 0, [4], [1]) + "s.",
            "\u0080\u0002" + "}"
                + string.Concat(Enumerable.Range(0, 200).Select(i => $"q{(char)i}}}(\u008c\u0001ah{(char)i}\u008c\u0001bh{(char)i}u"))
                + ".",
            "\u0080\u0002]q\u0000(" + string.Concat(Enumerable.Repeat("h\u0000", 5_000)) + "e.",
        ];
        foreach (string pickle in pickles)
        {
            File.WriteAllBytes(folder["f"], Saved(pickle, ("0", fourNumbers)));
            using WeightFile file = WeightReader.Open(folder["f"]);
            Assert.InRange(file.Tensors.Count, 0, 1);
        }
    }

    /// <summary>
    /// One byte of a pickle makes an object of forty: a megabyte of them is refused, and so are lists of what is there already.
    /// </summary>
    [Theory]
    [InlineData("]")]
    [InlineData("}")]
    [InlineData("N")]
    [InlineData("(")]
    [InlineData("]\u0094")]
    [InlineData("}\u0094\u008c\u0001kh\u0000s")]
    [InlineData("K\u00ff")]
    [InlineData("\u008c\u0001x")]
    [InlineData(")\u0085")]
    [InlineData("cxxx\nyyy\n")]
    public void Open_ManySmallObjects_AreRefusedWithinTheBound(string repeated)
    {
        byte[] bytes = Saved(
            "\u0080\u0002]q\u0000" + string.Concat(Enumerable.Repeat(repeated, 4_000_000 / repeated.Length)) + ".", ("0", fourNumbers));
        File.WriteAllBytes(folder["f"], bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            "more objects than", Assert.Throws<RunException>(() => WeightReader.Open(folder["f"])).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (4L * bytes.Length) + (16 << 20));
    }

    [Fact]
    public void Open_TextThatIsLongerThanAnyName_IsPassedOver()
    {
        string text = "X" + Encoding.Latin1.GetString(BitConverter.GetBytes(3_000_000)) + new string('a', 3_000_000);
        byte[] bytes = Saved("\u0080\u0002}(" + Text("doc") + text + Text("w") + Tensor("0", 4, 0, [4], [1]) + "u.", ("0", fourNumbers));
        File.WriteAllBytes(folder["f"], bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using WeightFile file = WeightReader.Open(folder["f"]);
        Assert.Single(file.Tensors);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Open_BigEndianFile_TurnsItsBytes()
    {
        using var scope = NewDisposeScope();
        byte[] turned = [.. new[] { 1f, 2f, 3f, 4f }.SelectMany(value => BitConverter.GetBytes(value).Reverse())];
        File.WriteAllBytes(folder["f"], Zip(
            ("a/data.pkl", Encoding.Latin1.GetBytes(Dictionary(("w", Tensor("0", 4, 0, [4], [1]))))), ("a/byteorder", "big"u8.ToArray()),
            ("a/data/0", turned)));
        using WeightFile file = WeightReader.Open(folder["f"]);
        Assert.Equal([1f, 2f, 3f, 4f], file.Load(file.Tensors[0]).data<float>().ToArray());
    }

    [Fact]
    public void Open_StorageThatIsMissing_IsSaid()
    {
        File.WriteAllBytes(folder["f"], Saved(Dictionary(("w", Tensor("7", 4, 0, [4], [1]))), ("0", fourNumbers)));
        Assert.Contains(
            "the values of 'w' are not in it",
            Assert.Throws<RunException>(() => WeightReader.Open(folder["f"])).Message,
            StringComparison.Ordinal);
    }
}
