using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Lethe.Runtime;
using Lethe.Storage.Weights;

namespace Lethe.Tests.Storage.Weights;

/// <summary>What people give by mistake: each is told what it is, and what to do.</summary>
public sealed class OtherFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string, string> Kinds => new()
    {
        { "", "is empty", "fetch it again" },
        { "version https://git-lfs.github.com/spec/v1\noid sha256:4665\nsize 4321\n", "a Git LFS pointer", "git lfs pull" },
        { "\n<!DOCTYPE html><html>", "a web page", "/resolve/" },
        { "<html><body>Not found", "a web page", "address of the file" },
        { "<?xml version=\"1.0\"?><Error><Code>AccessDenied", "server", "download it again" },
        { "{\"model_type\": \"resnet\"}", "JSON", "the folder of both" },
        { "x89PNG\r\n\x1a\nx00x00", "an image (PNG)", "safetensors, PyTorch" },
        { "xffxd8xffxe0", "an image (JPEG)", "safetensors, PyTorch" },
        { "GGUFx03x00x00x00", "a GGUF file", "no ResNet" },
        { "x89HDF\r\n\x1a\nx00", "Keras", "tf2onnx" },
        { "x93NUMPYx01x00", "one NumPy array", "diagnose --features" },
        { "x08x01x12x05", "a TensorFlow model", "tf2onnx" },
        { "x1cx00x00x00TFL3x00x00", "TensorFlow Lite", "tf2onnx" },
        { "x1fx8bx08x00", "compressed (gzip)", "Unpack" },
        { "x80x02}q\x00(Xx05x00x00x00blobsq\x01}u.", "a pickle that torch.save did not write", "torch.save" },
        { "x00x00x00x00x00x00x00x00x00", "zeros alone", "Fetch it again" },
        { "just some words\n", "a text", "Give a safetensors" },
        { "x03x99x01x77x00", "of no format", "0399017700" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Open_OtherFile_SaysWhatItIsAndWhatToDo(string contents, string what, string advice)
    {
        string message = Refused(Bytes(contents));
        Assert.StartsWith(folder["f"], message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(advice, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/code/__torch__.py;a/data.pkl;a/constants.pkl", "a TorchScript program", "state_dict()")]
    [InlineData("config.json;model.weights.h5", "a Keras model", "tf2onnx")]
    [InlineData("arr_0.npy", "a NumPy archive", "safetensors")]
    [InlineData("Version.txt;TransformerChain/Model.key", "an ML.NET model", "ONNX")]
    [InlineData("m/saved_model.pb", "TensorFlow", "tf2onnx")]
    [InlineData("w/best.pth;w/readme.txt", "an archive that holds w/best.pth", "Unpack it")]
    [InlineData("a.txt", "an archive without PyTorch's data.pkl; it holds a.txt", "Give the file")]
    public void Open_OtherArchive_SaysWhatItIsAndWhatToDo(string names, string what, string advice)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in names.Split(';'))
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write("x"u8);
            }
        }

        string message = Refused(bytes.ToArray());
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(advice, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_CompressedRecords_AreRefusedBeforeTheyAreUnpacked()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, int size) in new[] { ("a/data.pkl", 10), ("a/data/0", 100_000_000) })
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.SmallestSize).Open();
                entry.Write(new byte[size]);
            }
        }

        Assert.InRange(bytes.Length, 1, 200_000);
        byte[] bomb = bytes.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("the compressed record 'a/data.pkl'", Refused(bomb), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void Open_Device_IsNoFile()
    {
        Assert.SkipUnless(File.Exists("/dev/null"), "There are no devices here.");
        string message = Assert.Throws<RunException>(() => WeightReader.Open("/dev/null")).Message;
        Assert.True(
            message.Contains("a pipe or a device", StringComparison.Ordinal) || message.Contains("is empty", StringComparison.Ordinal), message);
    }

    [Fact]
    public void Open_TarWithoutPyTorch_SaysWhatItHolds()
    {
        byte[] tar = new byte[2048];
        "best.pth"u8.CopyTo(tar);
        "00000000003"u8.CopyTo(tar.AsSpan(124));
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Contains("an archive that holds best.pth", Refused(tar), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeaderThatIsLongerThanTheFile_IsTruncated()
    {
        byte[] bytes = new byte[64];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, 5000);
        "{\"a\":"u8.CopyTo(bytes.AsSpan(8));
        Assert.Contains("truncated or damaged: its header would have 5000 bytes", Refused(bytes), StringComparison.Ordinal);
    }

    private static byte[] Bytes(string text)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == 'x' && i + 2 < text.Length && byte.TryParse(
                text.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out byte value) && !text.StartsWith('<'))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, 1));
            }
        }

        return [.. bytes];
    }

    private string Refused(byte[] bytes)
    {
        File.WriteAllBytes(folder["f"], bytes);
        return Assert.Throws<RunException>(() => WeightReader.Open(folder["f"])).Message;
    }
}
