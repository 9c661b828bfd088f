using System.IO.Compression;
using System.Text.Json.Nodes;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

[Collection(typeof(TorchCollection))]
public sealed class WeightsExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Torchvision_Safetensors_HoldsEveryWeightAndWhatIsKnown()
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network("resnet18", "large", 32, width: 64);
        TorchvisionExport.Write(ExportSamples.Source(network), folder["e.safetensors"]);
        using SafetensorsFile file = Safetensors.Read(folder["e.safetensors"]);
        Assert.Equal(Tiny.Bits(network), Tiny.Bits(file.Tensors));
        JsonNode encoder = JsonNode.Parse(file.Metadata[ExportMetadata.Key])!;
        Assert.Equal(("resnet18", 64, "large", 32), (
            (string)encoder["backbone"]!, (int)encoder["width"]!, (string)encoder["stem"]!, (int)encoder["imageSize"]!));
        Assert.Equal([0.4f, 0.5f, 0.6f], encoder["mean"]!.AsArray().Select(x => (float)x!));
        Assert.Equal(Tiny.Bits(network), Found(folder["e.safetensors"]));
    }

    [Fact]
    public void Torchvision_TorchFile_IsAStoredArchiveAndTheSameBytesAgain()
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network("resnet10", "small", 16, width: 64);
        IReadOnlyList<string> python = TorchvisionExport.Write(ExportSamples.Source(network), folder["e.pth"]);
        Assert.Contains("net.maxpool = torch.nn.Identity()", python);
        byte[] first = File.ReadAllBytes(folder["e.pth"]);
        TorchvisionExport.Write(ExportSamples.Source(network), folder["e.pth"]);
        Assert.Equal(first, File.ReadAllBytes(folder["e.pth"]));
        using ZipArchive archive = ZipFile.OpenRead(folder["e.pth"]);
        Assert.All(archive.Entries, entry => Assert.Equal(entry.Length, entry.CompressedLength));
        Assert.Equal(network.state_dict().Count + 3, archive.Entries.Count);
        Assert.Equal(Tiny.Bits(network), Found(folder["e.pth"]));
    }

    [Theory]
    [InlineData("resnet18", "large", 16, "width of 64, this one has 16")]
    public void Torchvision_OtherWidth_SaysWhichFormatToTake(string backbone, string stem, int width, string expected)
    {
        using ResNet network = ExportSamples.Network(backbone, stem, width: width);
        string message = Assert.Throws<InvalidOptionException>(
            () => TorchvisionExport.Write(ExportSamples.Source(network), folder["e.pth"])).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("--format onnx", message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("large", 16, "a width of 16")]
    [InlineData("small", 64, "a small stem")]
    public void Timm_NetworkThatItLacks_SaysWhichFormatToTake(string stem, int width, string expected)
    {
        using ResNet network = ExportSamples.Network("resnet10", stem, width: width);
        string message = Assert.Throws<InvalidOptionException>(
            () => TimmExport.Write(ExportSamples.Source(network), folder["timm"])).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("--format onnx", message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    /// <summary>The names that a configuration may have are fields of timm's PretrainedCfg; another would be refused there.</summary>
    [Theory]
    [InlineData("resnet18", "resnet18", 512)]
    [InlineData("resnet10", "resnet18", 512)]
    public void Timm_Folder_DescribesTheNetworkAsTimmReadsIt(string backbone, string architecture, int features)
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network(backbone, "large", 32, channels: 1, width: 64);
        ExportSource source = ExportSamples.Source(network);
        TimmExport.Write(source with { Metadata = source.Metadata with { Licence = "MIT" } }, folder["timm"]);
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(folder["timm"]).Select(Path.GetFileName).Order());
        JsonNode configuration = JsonNode.Parse(File.ReadAllText(Path.Combine(folder["timm"], "config.json")))!;
        Assert.Equal((architecture, 0, features), (
            (string)configuration["architecture"]!, (int)configuration["num_classes"]!, (int)configuration["num_features"]!));
        Assert.Equal(
            backbone == "resnet10" ? [1, 1, 1, 1] : [], (configuration["model_args"]?["layers"]!.AsArray() ?? []).Select(n => (int)n!));
        JsonObject pretrained = configuration["pretrained_cfg"]!.AsObject();
        Assert.Equal([1, 32, 32], pretrained["input_size"]!.AsArray().Select(n => (int)n!));
        Assert.Equal("MIT", (string)pretrained["license"]!);
        Assert.Equal(
            ["classifier", "crop_mode", "crop_pct", "first_conv", "fixed_input_size", "input_size", "interpolation", "license", "mean", "num_classes", "std"],
            pretrained.Select(field => field.Key).Order());
        using SafetensorsFile file = Safetensors.Read(Path.Combine(folder["timm"], "model.safetensors"));
        Assert.Equal(Tiny.Bits(network), Tiny.Bits(file.Tensors));
    }

    /// <summary>What Lethe itself makes of a file, as of any from elsewhere.</summary>
    private static SortedDictionary<string, string> Found(string path)
    {
        using ForeignEncoder encoder = ForeignEncoder.Read(path, new ForeignOptions());
        using ResNet network = encoder.CreateNetwork(32);
        return Tiny.Bits(network);
    }

    /// <summary>
    /// What other programs make of the files: onnx.checker takes every graph; torch.load and torchvision take the weights, strictly, and the
    /// network gives the numbers that Lethe's gives.
    /// </summary>
    [Fact]
    public void Files_InPython_AreTakenAndGiveTheSameNumbers()
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using ResNet network = ExportSamples.Network("resnet18", "large", 32, width: 64);
        ExportSource source = ExportSamples.WithProjector(network);
        TorchvisionExport.Write(source, folder["e.pth"]);
        ExportImages images = ExportSamples.Images(source, 2);
        OnnxExport.Write(source, new() { Layer = OnnxExportOptions.AllLayers }, folder["all.onnx"], images, 1, "0.0");
        OnnxExport.Write(
            source, new() { Input = OnnxExportOptions.Bytes, Layer = "layer2" }, folder["head.onnx"], images, 1, "0.0",
            ExportSamples.Classifier(512), new ExportWhitening(zeros(512), eye(512, dtype: ScalarType.Float64)));
        Tensor input = Tiny.Gaussian(9, 2, 3, 32, 32).to(ScalarType.Float32);
        Write("x.npy", input);
        Write("y.npy", network.forward(input));
        string printed = PythonProgram.Run(["torch", "torchvision", "onnx", "numpy", "os"], """
            folder = sys.argv[1]
            for name in ('all.onnx', 'head.onnx'):
                model = onnx.load(os.path.join(folder, name))
                onnx.checker.check_model(model, full_check=True)
                onnx.shape_inference.infer_shapes(model, strict_mode=True)
            net = torchvision.models.resnet18()
            net.fc = torch.nn.Identity()
            weights = torch.load(os.path.join(folder, 'e.pth'), weights_only=True)
            assert type(weights).__name__ == 'OrderedDict'
            assert sorted(weights) == sorted(net.state_dict())
            net.load_state_dict(weights, strict=True)
            net.eval()
            x, y = (torch.tensor(numpy.load(os.path.join(folder, name))) for name in ('x.npy', 'y.npy'))
            with torch.no_grad():
                print('error', float((net(x) - y).abs().max() / y.abs().max()))
            """, folder.Path);
        Assert.InRange(double.Parse(printed.Split("error ")[1], System.Globalization.CultureInfo.InvariantCulture), 0, 1e-5);

        void Write(string name, Tensor value) => AtomicFile.Write(
            folder[name], stream => NpyFile.Write(stream, value.contiguous().data<float>().ToArray(), value.shape));
    }
}
