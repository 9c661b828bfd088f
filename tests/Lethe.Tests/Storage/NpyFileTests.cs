using System.Text;
using CsCheck;
using Lethe.Runtime;
using Lethe.Storage;
using TorchSharp;

namespace Lethe.Tests.Storage;

public class NpyFileTests
{
    public static TheoryData<string> Matrices => [.. NpyFixtures.Names("matrix")];

    public static TheoryData<string> Labels => [.. NpyFixtures.Names("labels")];

    [Theory]
    [MemberData(nameof(Matrices))]
    public void Read_MatrixOfAnyFloatAndOrder_GivesTheValues(string name)
    {
        NpyArray array = Read(NpyFixtures.Bytes(name));
        Assert.Equal([2L, 3L], array.Shape);
        double[] values = [.. array.Values.Cast<IConvertible>().Select(v => v.ToDouble(null))];
        Assert.Equal([0.5, -1.25, 3, 4, double.NaN, double.NegativeInfinity], values);
        Assert.Equal(array.ElementType.EndsWith('8'), array.Values is double[]);
    }

    [Theory]
    [InlineData("cube >f8 fortran")]
    [InlineData("cube <i2 fortran")]
    public void Read_CubeInFortranOrder_GivesRowMajorValues(string name)
    {
        NpyArray array = Read(NpyFixtures.Bytes(name));
        Assert.Equal([2L, 3L, 4L], array.Shape);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (double)i), array.Values.Cast<IConvertible>().Select(v => v.ToDouble(null)));
    }

    [Theory]
    [MemberData(nameof(Labels))]
    public void Read_OfAnyIntegerType_GivesTheNumbers(string name) => Assert.Equal([0L, 1, 127], Integers(NpyFixtures.Bytes(name)));

    [Fact]
    public void Read_Booleans_AreZeroAndOne() => Assert.Equal([1L, 0, 1], Integers(NpyFixtures.Bytes("booleans")));

    [Fact]
    public void Read_NegativeBigEndian_KeepsTheSign() => Assert.Equal([-2L, -300], Integers(NpyFixtures.Bytes("negative >i2")));

    [Fact]
    public void Read_Text_OfEveryWidthAndOrder_GivesTheNames()
    {
        Assert.Equal(["ab"], Assert.IsType<string[]>(Read(NpyFixtures.Bytes("text")).Values));
        Assert.Equal<string[]>(["é", "zoo", ""], (string[])Read(Npy("<U3", "(3,)", [.. Encoding.UTF32.GetBytes("é\0\0zoo\0\0\0")])).Values);
        Assert.Equal<string[]>(["é", "zoo"], (string[])Read(Npy(">U3", "(2,)", [.. new UTF32Encoding(true, false).GetBytes("é\0\0zoo")])).Values);
        Assert.Equal<string[]>(["cat", "é"], (string[])Read(Npy("|S3", "(2,)", [.. "cat"u8, .. "é\0"u8])).Values);
        Assert.Contains("truncated", Assert.Throws<DataException>(() => Read(Npy("<U3", "(3,)", new byte[35]))).Message);
    }

    /// <summary>As Python 2 wrote them, and writers that are not NumPy.</summary>
    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 1L), }")]
    [InlineData("{'descr': u'<f8', u'fortran_order': False, 'shape': (2L, 1l)}")]
    [InlineData("{\"descr\":\"<f8\",\"fortran_order\":False,\"shape\":(2,1)}\0\0")]
    [InlineData("  { 'shape' : ( 2 , 1 , ) , 'fortran_order' : False , 'descr' : b'<f8' }   ")]
    public void Read_HeaderOfPython2OrOtherSpacing_IsRead(string header)
    {
        byte[] data = [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x40];
        foreach (byte version in (byte[])[1, 2, 3])
        {
            byte[] length = version == 1 ? [(byte)header.Length, 0] : [(byte)header.Length, 0, 0, 0];
            NpyArray array = Read([0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. data]);
            Assert.Equal([2L, 1], array.Shape);
            Assert.Equal([1.0, 2], Assert.IsType<double[]>(array.Values));
        }
    }

    [Fact]
    public void Read_ScalarAndEmpty_HaveTheirShapes()
    {
        NpyArray scalar = Read(NpyFixtures.Bytes("scalar"));
        Assert.Empty(scalar.Shape);
        Assert.Equal([2.5], Assert.IsType<double[]>(scalar.Values));
        NpyArray empty = Read(NpyFixtures.Bytes("empty"));
        Assert.Equal([0L, 3L], empty.Shape);
        Assert.Empty(Assert.IsType<float[]>(empty.Values));
    }

    [Theory]
    [InlineData("complex", "type '<c8'")]
    [InlineData("object", "type '|O'")]
    [InlineData("structured", "structured type")]
    [InlineData("beyond 63 bits", "9223372036854775808")]
    public void Read_UnsupportedElements_NamesThem(string name, string expected)
    {
        var error = Assert.Throws<DataException>(() => Read(NpyFixtures.Bytes(name)));
        Assert.Contains(expected, error.Message);
        Assert.Contains("Save", error.Message);
        if (name != "beyond 63 bits")
            Assert.Contains("numpy.save('plain.npy', ", error.Message);
    }

    [Fact]
    public void Read_EveryTruncation_IsADataException()
    {
        byte[] whole = NpyFixtures.Bytes("matrix >f8");
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<DataException>(() => Read(whole[..length]));
        }
    }

    [Fact]
    public void Read_AnyByteChanged_GivesAnArrayOrADataException()
    {
        byte[] whole = NpyFixtures.Bytes("cube <i2 fortran");
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (position, value) =>
            {
                byte[] damaged = [.. whole];
                damaged[position] = value;
                try
                {
                    return Read(damaged).Values.Length > 0;
                }
                catch (DataException)
                {
                    return true;
                }
            },
            iter: 5000,
            threads: 1);
    }

    [Fact]
    public void Read_BytesLeftOver_SaysHowMany()
    {
        var error = Assert.Throws<DataException>(() => Read([.. NpyFixtures.Bytes("matrix <f4"), 0]));
        Assert.Contains("should hold 24 bytes", error.Message);
        Assert.Contains("found 25", error.Message);
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "more than")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296), }", "more than")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", "length")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "length")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1), }", "comma")]
    [InlineData("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,), }", "True or False")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, }", "'shape'")]
    [InlineData("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", "once")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}", "once")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } {", "nothing more")]
    [InlineData("{'descr': '<f8, 'fortran_order': False, 'shape': (1,), }", "expected")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (1,), }", "type ''")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", "truncated")]
    [InlineData("", "'{'")]
    public void Read_BadHeader_SaysWhatIsWrong(string header, string expected)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[8]];
        Assert.Contains(expected, Assert.Throws<DataException>(() => Read(file)).Message);
    }

    [Fact]
    public void Read_HeaderOfGigabytesAnnounced_IsRefusedBeforeItIsAllocated()
    {
        byte[] file = [0x93, .. "NUMPY"u8, 2, 0, 0xff, 0xff, 0xff, 0x7f, .. new byte[64]];
        Assert.Contains("header of at most", Assert.Throws<DataException>(() => Read(file)).Message);
    }

    [Fact]
    public void Read_OtherVersion_NamesIt()
    {
        byte[] file = NpyFixtures.Bytes("matrix <f4");
        file[6] = 9;
        Assert.Contains("9.0", Assert.Throws<DataException>(() => Read(file)).Message);
    }

    [Fact]
    public void Read_MissingFileOrFolder_NamesThePath()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string missing = Path.Combine(folder, "no.npy");
            Assert.Contains(missing, Assert.Throws<DataException>(() => NpyFile.Read(missing)).Message);
            Assert.Contains(folder, Assert.Throws<DataException>(() => NpyFile.Read(folder)).Message);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void Read_StreamThatCannotSeek_IsRead()
    {
        using var stream = new ForwardStream(NpyFixtures.Bytes("labels <i4"));
        Assert.Equal([0L, 1, 127], Assert.IsType<long[]>(NpyFile.Read(stream, "a pipe").Values));
    }

    [Fact]
    public void Write_SameAsNumPy_ByteForByte()
    {
        byte[] written = Written(
            stream =>
                NpyFile.Write(stream, [0.5f, -1.25f, 3, 4, BitConverter.Int32BitsToSingle(0x7fc00000), float.NegativeInfinity], [2, 3]));
        Assert.Equal(NpyFixtures.Bytes("matrix <f4"), written);
        Assert.Equal(NpyFixtures.Bytes("labels <i8"), Written(stream => NpyFile.Write(stream, [0L, 1, 127], [3])));
        Assert.Equal(NpyFixtures.Bytes("scalar"), Written(stream => NpyFile.Write(stream, [2.5], [])));
    }

    [Fact]
    public void Write_MoreThanABuffer_ReadsBack()
    {
        float[] values = [.. Enumerable.Range(0, 5000).Select(i => i / 7f)];
        NpyArray array = Read(Written(stream => NpyFile.Write(stream, values, [50, 100])));
        Assert.Equal([50L, 100L], array.Shape);
        Assert.Equal(values, Assert.IsType<float[]>(array.Values));
        double[] doubles = [.. values.Select(v => v * Math.PI)];
        Assert.Equal(doubles, Assert.IsType<double[]>(Read(Written(stream => NpyFile.Write(stream, doubles, [5000]))).Values));
    }

    [Fact]
    public void Write_ShapeThatDoesNotFit_IsRefused() =>
        Assert.Throws<ArgumentException>(() => NpyFile.Write(new MemoryStream(), [1f, 2f], [3]));

    [Fact]
    public void ToTensor_KeepsTypeShapeAndValues()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor matrix = Read(NpyFixtures.Bytes("cube >f8 fortran")).ToTensor();
        Assert.Equal([2, 3, 4], matrix.shape);
        Assert.Equal(torch.ScalarType.Float64, matrix.dtype);
        Assert.Equal(23, matrix[1, 2, 3].ToDouble());
        Assert.Equal(torch.ScalarType.Int64, Read(NpyFixtures.Bytes("labels |u1")).ToTensor().dtype);
        Assert.Equal(torch.ScalarType.Float32, Read(NpyFixtures.Bytes("matrix >f4")).ToTensor().dtype);
    }

    internal static byte[] Npy(string type, string shape, byte[] data)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. data];
    }

    private static long[] Integers(byte[] bytes) => Assert.IsType<long[]>(Read(bytes).Values);

    private static NpyArray Read(byte[] bytes) => NpyFile.Read(new MemoryStream(bytes), "test");

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
