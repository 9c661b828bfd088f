using System.Text;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

[Collection(typeof(TorchCollection))]
public sealed class ForeignEncoderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Others => new()
    {
        { "conv1.0.weight=8,3,3,3", "stem is several convolutions" },
        { "layer1.0.downsample.2.weight=8", "ResNet-D" },
        { "layer1.0.se.fc1.weight=2,4,1,1", "attention over channels" },
        { "layer1.0.conv2.weight=4,2,3,3;layer1.0.conv3.weight=16,4,1,1", "ResNeXt: its 3×3 convolutions work in 2 groups" },
        { "layer1.0.conv1.weight=8,4,1,1;layer1.0.conv2.weight=8,8,3,3;layer1.0.conv3.weight=16,8,1,1", "a wide ResNet" },
        { "-layer4.", "three stages" },
        { "-layer4.;-layer3.", "later stages are missing" },
        { "layer2.0.bn1.weight=4", "pre-activation" },
        { "conv1.weight=4,3,5,5", "first convolution is 5×5" },
        { "conv1.weight=4,17,3,3", "images of 17 channels" },
        { "layer2.1.conv1.weight=8,8,3,3", "1, 2, 1, 1 basic blocks in its stages" },
        { "-layer2.0.bn1.bias", "missing layer2.0.bn1.bias" },
        { "layer3.0.extra.weight=3", "not of this network layer3.0.extra.weight" },
        { "layer3.0.conv2.weight=16,16,1,1", "layer3.0.conv2.weight is [16, 16, 1, 1] and not [16, 16, 3, 3]" },
        { "-conv1.", "without its first convolution" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Others))]
    public void Read_NetworkThatLetheLacks_SaysWhichItIs(string change, string expected)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Small();
        foreach (string part in change.Split(';'))
        {
            if (part[0] == '-')
            {
                foreach (string name in tensors.Keys.Where(name => name.StartsWith(part[1..], StringComparison.Ordinal)).ToArray())
                    tensors.Remove(name);
                continue;
            }

            string[] entry = part.Split('=');
            tensors[entry[0]] = zeros([.. entry[1].Split(',').Select(long.Parse)]);
        }

        Assert.Contains(expected, Refused(tensors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blocks.0.attn.qkv.weight", "a vision transformer")]
    [InlineData("vit.embeddings.patch_embeddings.projection.weight", "a vision transformer")]
    [InlineData("stages.0.blocks.0.conv_dw.weight", "a ConvNeXt")]
    [InlineData("model.embed_tokens.weight", "a language model")]
    [InlineData("module.conv1.weight", "torchvision's names behind 'module.'")]
    [InlineData("0.weight", "numbers of a Sequential")]
    [InlineData("something.else", "found 'something.else' [4, 3, 3, 3]")]
    public void Read_NoResNet_SaysWhatItIs(string name, string expected)
    {
        using var scope = NewDisposeScope();
        string message = Refused(new() { [name] = zeros(4, 3, 3, 3) });
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.StartsWith(folder["e"], message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OptionsThatContradictTheFile_NameBoth()
    {
        using var scope = NewDisposeScope();
        Safetensors.Write(folder["e"], Small());
        string Message(ForeignOptions options) => Assert.Throws<InvalidOptionException>(
            () => ForeignEncoder.Read(folder["e"], options)).Message;
        Assert.Contains(
            "--backbone resnet18, and the file holds resnet10", Message(new() { Backbone = "resnet18" }), StringComparison.Ordinal);
        Assert.Contains("--width 64, and the file holds 4", Message(new() { Width = 64 }), StringComparison.Ordinal);
        Assert.Contains("--stem large, and the file holds small", Message(new() { Stem = "large" }), StringComparison.Ordinal);
        Assert.Contains("--backbone", Message(new() { Backbone = "vgg" }), StringComparison.Ordinal);
        ForeignEncoder.Read(folder["e"], new() { Backbone = "resnet10", Width = 4, Stem = "small" }).Dispose();
    }

    [Fact]
    public void Read_ValuesThatAreNotFinite_NamesThem()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Small();
        tensors["layer2.0.conv2.weight"][0, 0, 0, 0] = tensor(float.NaN);
        Assert.Contains("first in 'layer2.0.conv2.weight'", Refused(tensors), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_IntegersInPlaceOfWeights_AreRefused()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Small();
        tensors["layer2.0.conv2.weight"] = tensors["layer2.0.conv2.weight"].to(ScalarType.Int8);
        Assert.Contains("of no floating-point type layer2.0.conv2.weight is of type I8", Refused(tensors), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ChannelsInAnotherOrder_TurnsTheFirstConvolution()
    {
        using var scope = NewDisposeScope();
        Safetensors.Write(folder["e"], Small());
        using ForeignEncoder rgb = ForeignEncoder.Read(folder["e"], new ForeignOptions());
        using ForeignEncoder bgr = ForeignEncoder.Read(folder["e"], new ForeignOptions { ChannelOrder = "bgr" });
        using ResNet one = rgb.CreateNetwork(16), two = bgr.CreateNetwork(16);
        using IDisposable frozen = no_grad();
        Tensor images = Tiny.Images(2);
        Assert.Equal(rgb.Checksum, bgr.Checksum);
        Assert.InRange(Tiny.RelativeError([two.forward(images)], [one.forward(images.flip(1))]), 0, 1e-5);
        Assert.InRange(Tiny.RelativeError([two.forward(images)], [one.forward(images)]), 1e-3, 10);
    }

    /// <summary>A type that Lethe does not read stands in the way of nothing that it needs.</summary>
    [Fact]
    public void Read_UnneededTensorOfAnUnknownType_IsLeftAndSaid()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Small();
        tensors["fc.weight"] = zeros(4, dtype: ScalarType.Byte);
        Safetensors.Write(folder["e"], tensors);
        byte[] bytes = File.ReadAllBytes(folder["e"]);
        int place = bytes.AsSpan().IndexOf("\"U8\","u8);
        "\"F8\","u8.CopyTo(bytes.AsSpan(place));
        File.WriteAllBytes(folder["e"], bytes);
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["e"], new ForeignOptions());
        Assert.Equal(new LeftTensors("fc.weight", 1, "the type F8 is not read"), Assert.Single(encoder.Findings.Left));
        Assert.Empty(encoder.Rest);
    }

    [Fact]
    public void Read_FileOfLethe_TakesWhatItSaysOfImages()
    {
        using var scope = NewDisposeScope();
        const string Said = """
            {"backbone":"resnet10","width":4,"stem":"small","channels":3,"imageSize":48,"mean":[0.1,0.2,0.3],"std":[0.4,0.5,0.6],
             "method":"simclr","epoch":7,"stage":"umm"}
            """;
        Safetensors.Write(folder["e"], Small(), new Dictionary<string, string> { ["lethe.encoder"] = Said });
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["e"], new ForeignOptions());
        Assert.Equal((48, "lethe.encoder"), (encoder.ImageSize, encoder.StatisticsFrom));
        Assert.Equal([0.1f, 0.2f, 0.3f], encoder.Statistics!.Mean);
        Assert.Equal([0.4f, 0.5f, 0.6f], encoder.Statistics.StandardDeviation);
        Assert.Contains("simclr, epoch 7, state umm", Assert.Single(encoder.Findings.Notes), StringComparison.Ordinal);
        foreach ((string from, string to, string expected) in new[]
        {
            ("\"width\":4", "\"width\":8", "has been altered"), ("[0.4,0.5,0.6]", "[0.4,0,0.6]", "which cannot be"),
            ("\"width\":4", "\"width\":", "cannot be read"),
        })
        {
            string altered = Said.Replace(from, to, StringComparison.Ordinal);
            Safetensors.Write(folder["e"], Small(), new Dictionary<string, string> { ["lethe.encoder"] = altered });
            Assert.Contains(
                expected,
                Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["e"], new ForeignOptions())).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_Folders_TakesSettingsOfHuggingFaceAndTimm()
    {
        using var scope = NewDisposeScope();
        using ForeignEncoder transformers = Folder(
            "hf",
            ("config.json", """{"model_type":"resnet","depths":[1,1,1,1],"hidden_act":"relu","downsample_in_bottleneck":false}"""),
            ("preprocessor_config.json", """
                {"image_mean":[0.5,0.4,0.3],"image_std":[0.2,0.3,0.4],"do_normalize":true,"size":{"shortest_edge":96},"crop_pct":0.875}
                """));
        Assert.Equal((96, "preprocessor_config.json"), (transformers.ImageSize, transformers.StatisticsFrom));
        Assert.Equal([0.5f, 0.4f, 0.3f], transformers.Statistics!.Mean);
        Assert.Contains(transformers.Findings.Notes, note => note.Contains("middle 0.875", StringComparison.Ordinal));
        using ForeignEncoder timm = Folder("timm", (
            "config.json",
            """
            {"architecture":"resnet18","pretrained_cfg":{"input_size":[3,224,224],"mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]}}
            """));
        Assert.Equal((224, "config.json"), (timm.ImageSize, timm.StatisticsFrom));
        using ForeignEncoder bare = Folder("bare");
        Assert.Equal((null, null, null), (bare.ImageSize, bare.Statistics, bare.StatisticsFrom));
        foreach ((string text, string expected) in new[]
        {
            ("""{"model_type":"vit"}""", "describes a 'vit'"), ("""{"downsample_in_bottleneck":true}""", "downsample_in_bottleneck"),
            ("""{"hidden_act":"gelu"}""", "'gelu'"), ("""{"mean":[1],"std":[-1]}""", "which cannot be"), ("{", "cannot be read as JSON"),
        })
        {
            Assert.Contains(
                expected, Assert.Throws<RunException>(() => Folder("refused", ("config.json", text))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_FolderWithoutOneFileOfWeights_SaysWhatIsThere()
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(folder["d"]);
        string Message() => Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["d"], new ForeignOptions())).Message;
        Assert.Contains("a folder without weights", Message(), StringComparison.Ordinal);
        Safetensors.Write(Path.Combine(folder["d"], "a.safetensors"), Small());
        ForeignEncoder.Read(folder["d"], new ForeignOptions()).Dispose();
        File.Copy(Path.Combine(folder["d"], "a.safetensors"), Path.Combine(folder["d"], "b.safetensors"));
        Assert.Contains("a.safetensors, b.safetensors", Message(), StringComparison.Ordinal);
        Assert.Contains(
            "is missing",
            Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["none"], new ForeignOptions())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WeightsInParts_AreOneNetwork()
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(folder["d"]);
        KeyValuePair<string, Tensor>[] all = [.. Small()];
        for (int i = 0; i < 2; i++)
            Safetensors.Write(Path.Combine(folder["d"], $"m-{i}.safetensors"), all.Where((_, n) => n % 2 == i).ToDictionary());
        void Index(Func<int, string> name) => File.WriteAllText(
            Path.Combine(folder["d"], "model.safetensors.index.json"),
            "{\"weight_map\":{" + string.Join(",", all.Select((pair, n) => $"\"{pair.Key}\":\"{name(n % 2)}\"")) + "}}");
        Index(i => $"m-{i}.safetensors");
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["d"], new ForeignOptions());
        Assert.Equal(Tiny.Bits(all), Tiny.Bits(encoder.Weights));
        Assert.Equal("safetensors, 2 files", encoder.Findings.Format);
        Index(i => i == 0 ? "m-0.safetensors" : "../m-1.safetensors");
        Assert.Contains(
            "outside of its folder",
            Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["d"], new ForeignOptions())).Message,
            StringComparison.Ordinal);
        Index(i => $"n-{i}.safetensors");
        Assert.Contains(
            "'n-0.safetensors', which is missing",
            Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["d"], new ForeignOptions())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TwoFiles_HaveTheChecksumOfTheirBytes()
    {
        using var scope = NewDisposeScope();
        Safetensors.Write(folder["a"], Small());
        File.Copy(folder["a"], folder["b"]);
        Safetensors.Write(folder["c"], Small(), new Dictionary<string, string> { ["x"] = "y" });
        string[] found = [.. new[] { "a", "b", "c" }.Select(name =>
        {
            using ForeignEncoder encoder = ForeignEncoder.Read(folder[name], new ForeignOptions());
            return encoder.Checksum;
        })];
        Assert.Equal(found[0], found[1]);
        Assert.NotEqual(found[0], found[2]);
        Assert.Matches("^[0-9a-f]{32}$", found[0]);
        Assert.Equal(
            System.IO.Hashing.XxHash128.HashToUInt128(File.ReadAllBytes(folder["a"])).ToString("x32"), found[0]);
    }

    private static Dictionary<string, Tensor> Small() => FormulaWeights.Of(FormulaWeights.Coarse with { Stem = "small" }, coarse: true);

    private string Refused(Dictionary<string, Tensor> tensors)
    {
        Safetensors.Write(folder["e"], tensors);
        return Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["e"], new ForeignOptions())).Message;
    }

    private ForeignEncoder Folder(string name, params (string Name, string Text)[] files)
    {
        Directory.CreateDirectory(folder[name]);
        Safetensors.Write(Path.Combine(folder[name], "model.safetensors"), Small());
        foreach ((string file, string text) in files)
            File.WriteAllText(Path.Combine(folder[name], file), text, Encoding.UTF8);
        return ForeignEncoder.Read(folder[name], new ForeignOptions());
    }
}
