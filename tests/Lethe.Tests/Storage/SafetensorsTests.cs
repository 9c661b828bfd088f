using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Lethe.Runtime;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Tests.Storage;

public class SafetensorsTests
{
    private static readonly ScalarType[] AllTypes =
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
        ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    [Fact]
    public void Write_EveryTypeAndShape_ReadsBackEqual()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var tensors = new Dictionary<string, Tensor>();
        foreach (ScalarType type in AllTypes)
        {
            foreach (long[] shape in new long[][] { [], [1], [3], [0], [2, 0, 5], [2, 3, 4] })
                tensors[$"{type} [{string.Join(",", shape)}] \"ä\\"] = (randint(0, 2, shape, dtype: ScalarType.Int64) * 3).to(type);
        }

        var metadata = new Dictionary<string, string> { ["epoch"] = "12", ["Ωmega\n\""] = "quote \" and \\ and 😀", ["empty"] = "" };
        Safetensors.Write(folder["a"], tensors, metadata);
        using SafetensorsFile file = Safetensors.Read(folder["a"]);

        Assert.True(file.IsVerified);
        Assert.Equal(metadata.OrderBy(pair => pair.Key), file.Metadata.OrderBy(pair => pair.Key));
        Assert.Equal(tensors.Keys.Order(), file.Tensors.Keys.Order());
        foreach ((string name, Tensor expected) in tensors)
            AssertSame(expected, file.Tensors[name]);
    }

    [Fact]
    public void Write_OtherLayouts_StoresLogicalOrder()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Tensor counted = arange(2 * 3 * 4 * 5, dtype: ScalarType.Float32).reshape(2, 3, 4, 5); // [N, C, H, W]
        var tensors = new Dictionary<string, Tensor>
        {
            ["channels last"] = counted.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2),
            ["transposed"] = counted.reshape(6, 20).t(),
            ["slice"] = counted.narrow(3, 1, 2),
            ["offset"] = counted.reshape(120).narrow(0, 7, 3),
            ["expanded"] = ones(1, dtype: ScalarType.Float32).expand(5),
            ["parameter"] = TorchSharp.torch.nn.Parameter(counted.clone()),
        };
        Safetensors.Write(folder["a"], tensors);
        using SafetensorsFile file = Safetensors.Read(folder["a"]);
        foreach ((string name, Tensor expected) in tensors)
            AssertSame(expected, file.Tensors[name]);
    }

    [Fact]
    public void Write_SpecialValues_KeepTheirBits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        float[] values = [float.NaN, BitConverter.UInt32BitsToSingle(0x7fc12345), -0f, float.PositiveInfinity, float.Epsilon];
        Safetensors.Write(folder["a"], new Dictionary<string, Tensor> { ["x"] = tensor(values) });
        using SafetensorsFile file = Safetensors.Read(folder["a"]);
        Assert.Equal(
            values.Select(BitConverter.SingleToUInt32Bits),
            file.Tensors["x"].data<float>().ToArray().Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void Write_AnyShapes_ReadBackEqual() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 4], Gen.Int[0, AllTypes.Length - 1]).Array[0, 6].Sample(
            entries =>
            {
                using var scope = NewDisposeScope();
                using var folder = new TemporaryFolder();
                var tensors = new Dictionary<string, Tensor>();
                foreach ((int[] shape, int type) in entries)
                    tensors[$"t{tensors.Count}"] = randint(0, 2, [.. shape.Select(d => (long)d)], dtype: ScalarType.Int64)
                        .to(AllTypes[type]);
                Safetensors.Write(folder["a"], tensors);
                using SafetensorsFile file = Safetensors.Read(folder["a"]);
                Assert.Equal(tensors.Count, file.Tensors.Count);
                foreach ((string name, Tensor expected) in tensors)
                    AssertSame(expected, file.Tensors[name]);
            },
            iter: 50,
            threads: 1);

    [Fact]
    public void Write_EqualContentsInAnotherOrder_GivesEqualBytes()
    {
        using var scope = NewDisposeScope();
        Tensor weight = arange(12, dtype: ScalarType.Float32).reshape(3, 4), count = tensor(5L), mask = tensor(new[] { true, false, true });
        byte[] one = Bytes(new() { ["weight"] = weight, ["count"] = count, ["mask"] = mask }, new() { ["a"] = "1", ["b"] = "2" });
        byte[] two = Bytes(new() { ["mask"] = mask, ["count"] = count, ["weight"] = weight.clone() }, new() { ["b"] = "2", ["a"] = "1" });
        Assert.Equal(one, two);

        static byte[] Bytes(Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata)
        {
            using var stream = new MemoryStream();
            Safetensors.Write(stream, tensors, metadata);
            return stream.ToArray();
        }
    }

    [Fact]
    public void Write_SmallFile_HasTheLayoutOfTheFormat()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Safetensors.Write(
            stream, new Dictionary<string, Tensor> { ["b"] = tensor(new byte[] { 7, 8, 9 }), ["c"] = tensor(1L), ["a"] = tensor(2L) });
        byte[] bytes = stream.ToArray();
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        string header = Encoding.UTF8.GetString(bytes, 8, length);
        Assert.Equal(0, (8 + length) % 8);
        Assert.Matches(
            "^\\{\"__metadata__\":\\{\"lethe\\.xxh3\":\"[0-9a-f]{32}\"\\}," +
            "\"a\":\\{\"dtype\":\"I64\",\"shape\":\\[\\],\"data_offsets\":\\[0,8\\]\\}," +
            "\"c\":\\{\"dtype\":\"I64\",\"shape\":\\[\\],\"data_offsets\":\\[8,16\\]\\}," +
            "\"b\":\\{\"dtype\":\"U8\",\"shape\":\\[3\\],\"data_offsets\":\\[16,19\\]\\}\\} *$",
            header);
        Assert.Equal([2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9], bytes[(8 + length)..]);
    }

    [Fact]
    public void ReadChecksum_OfContents_IsTheSameForTheSameAndNoneForAFileFromElsewhere()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        foreach ((string name, int value) in new[] { ("a", 1), ("b", 1), ("c", 2) })
            Safetensors.Write(folder[name], new Dictionary<string, Tensor> { ["x"] = tensor(value) });
        string checksum = Safetensors.ReadChecksum(folder["a"])!;
        Assert.Matches("^[0-9a-f]{32}$", checksum);
        Assert.Equal(checksum, Safetensors.ReadChecksum(folder["b"]));
        Assert.NotEqual(checksum, Safetensors.ReadChecksum(folder["c"]));
        File.WriteAllBytes(folder["d"], [2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}']);
        Assert.Null(Safetensors.ReadChecksum(folder["d"]));
        Assert.Throws<RunException>(() => Safetensors.ReadChecksum(folder["missing"]));
    }

    [Fact]
    public void Write_NamesAndTypesThatCannotBe_AreRefusedAndLeaveNoFile()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentException>(
            () => Safetensors.Write(folder["a"], new Dictionary<string, Tensor> { ["__metadata__"] = ones(1) }));
        Assert.Throws<ArgumentException>(
            () => Safetensors.Write(folder["a"], new Dictionary<string, Tensor> { ["z"] = zeros(1, dtype: ScalarType.ComplexFloat32) }));
        Assert.Throws<ArgumentException>(() => Safetensors.Write(
            folder["a"], new Dictionary<string, Tensor>(), new Dictionary<string, string> { [Safetensors.ChecksumKey] = "" }));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void WriteAndRead_ManyTimes_LeaveNoTensorsBehind()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { ["x"] = ones(4, 4).t(), ["y"] = ones(3) };
        int before = scope.DisposablesCount;
        for (int i = 0; i < 10; i++)
        {
            Safetensors.Write(folder["a"], tensors);
            using SafetensorsFile file = Safetensors.Read(folder["a"]);
            Assert.Equal(before + 2, scope.DisposablesCount);
        }

        Assert.Equal(before, scope.DisposablesCount);
    }

    [Fact]
    public void Read_FileFromElsewhere_IsReadAndNotVerified()
    {
        // Compact and unpadded, without metadata, values in an order of its own, types unaligned.
        using var scope = NewDisposeScope();
        using SafetensorsFile file = ReadText(
            """{"b":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"w":{"shape":[1,2],"data_offsets":[1,9],"dtype":"F32"}}""",
            [1, 0, 0, 128, 63, 0, 0, 0, 64]);
        Assert.False(file.IsVerified);
        Assert.Empty(file.Metadata);
        Assert.Equal([1f, 2f], file.Tensors["w"].data<float>().ToArray());
        Assert.Equal([1, 2], file.Tensors["w"].shape);
        Assert.True(file.Tensors["b"].item<bool>());
    }

    [Fact]
    public void Read_TruncatedAnywhere_SaysTruncatedOrInvalid()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        byte[] whole = SmallFile(folder);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["a"], whole[..length]);
            var error = Assert.Throws<RunException>(() => Safetensors.Read(folder["a"]));
            Assert.Contains("is truncated", error.Message, StringComparison.Ordinal);
            Assert.Contains(folder["a"], error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_AnyBitFlipped_IsNeverVerified()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        byte[] whole = SmallFile(folder);
        for (int i = 0; i < whole.Length * 8; i++)
        {
            byte[] bytes = [.. whole];
            bytes[i / 8] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(folder["a"], bytes);
            try
            {
                // A flip in the name of the checksum's entry hides it; then the file does not count as verified.
                using SafetensorsFile file = Safetensors.Read(folder["a"]);
                Assert.False(file.IsVerified);
                Assert.Contains(file.Metadata.Keys, key => key.Length == Safetensors.ChecksumKey.Length);
            }
            catch (RunException)
            {
                Assert.Equal(0, scope.DisposablesCount);
            }
        }
    }

    [Fact]
    public void Read_ValueFlipped_SaysAltered()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        byte[] bytes = SmallFile(folder);
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder["a"], bytes);
        var error = Assert.Throws<RunException>(() => Safetensors.Read(folder["a"]));
        Assert.Contains("has been altered", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("overlap", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""")]
    [InlineData("hole", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""")]
    [InlineData("hole", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""")]
    [InlineData("follow the last", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""")]
    [InlineData("truncated", """{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""")]
    [InlineData("cannot be read", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""")]
    [InlineData("cannot be read", """{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("cannot be read", """{"__metadata__":{"k":1},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("is null", """{"__metadata__":{"k":null},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("cannot be read", """{"__metadata__":[],"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("shape [3]", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,4]}}""")]
    [InlineData("shape [-4]", """{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""")]
    [InlineData("shape [-2, -2]", """{"a":{"dtype":"U8","shape":[-2,-2],"data_offsets":[0,4]}}""")]
    [InlineData("shape [4294967296, 4294967297]", """{"a":{"dtype":"F32","shape":[4294967296,4294967297],"data_offsets":[0,4]}}""")]
    [InlineData("shape [4611686018427387905]", """{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""")]
    [InlineData("shape [4611686018427387905, 4, 0]", """{"a":{"dtype":"U8","shape":[4611686018427387905,4,0],"data_offsets":[0,0]}}""")]
    [InlineData("cannot be read", """{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4]}}""")]
    [InlineData("cannot be read", """{"a":{"dtype":"U8","shape":[4.5],"data_offsets":[0,4]}}""")]
    [InlineData("cannot be read", """{"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}}""")]
    [InlineData("cannot be read", """{"a":{"dtype":"U8","data_offsets":[0,4]}}""")]
    [InlineData("cannot be read", """{"a":4}""")]
    [InlineData("cannot be read", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}""")]
    [InlineData("data offsets", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,8]}}""")]
    [InlineData("bytes 0 to -4", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,-4]}}""")]
    [InlineData("dtype Q9", """{"a":{"dtype":"Q9","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("does not start with {", """[1,2,3]""")]
    [InlineData("does not start with {", """ {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("follow the last", """{}""")]
    public void Read_HeaderAgainstTheRules_IsRefused(string expected, string header)
    {
        var error = Assert.Throws<RunException>(() => ReadText(header, [1, 2, 3, 4]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(1ul)]
    [InlineData(100_000_001ul)]
    [InlineData(ulong.MaxValue)]
    public void Read_HeaderLengthOutOfRange_IsRefused(ulong length)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(folder["a"], bytes);
        var error = Assert.Throws<RunException>(() => Safetensors.Read(folder["a"]));
        Assert.Contains("the header would have", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFileOrFolder_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("is missing", Assert.Throws<RunException>(() => Safetensors.Read(folder["a"])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "cannot be read", Assert.Throws<RunException>(() => Safetensors.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static byte[] SmallFile(TemporaryFolder folder)
    {
        using (var scope = NewDisposeScope())
        {
            var tensors = new Dictionary<string, Tensor> { ["w"] = arange(3, dtype: ScalarType.Float32), ["n"] = tensor(5L) };
            Safetensors.Write(folder["a"], tensors, new Dictionary<string, string> { ["step"] = "3" });
        }

        return File.ReadAllBytes(folder["a"]);
    }

    private static SafetensorsFile ReadText(string header, byte[] data)
    {
        using var folder = new TemporaryFolder();
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        File.WriteAllBytes(folder["a"], [.. length, .. text, .. data]);
        return Safetensors.Read(folder["a"]);
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(actual.is_contiguous());
        Assert.Equal(expected.detach().contiguous().view(-1).bytes.ToArray(), actual.view(-1).bytes.ToArray());
    }
}
