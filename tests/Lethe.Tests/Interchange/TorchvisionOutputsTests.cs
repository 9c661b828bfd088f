using System.IO.Compression;
using System.Text.Json;
using Lethe.Data;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

/// <summary>
/// Features of two real images against those of torchvision's networks (Fixtures/weights/make.py, PyTorch 1.13), whose weights are a
/// formula, so that nothing but features is kept.
/// </summary>
[Collection(typeof(TorchCollection))]
public sealed class TorchvisionOutputsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int, string> Narrow => new()
    {
        { "resnet18", 112, "large" }, { "resnet34", 112, "large" }, { "resnet50", 112, "large" }, { "resnet101", 112, "large" },
        { "resnet18", 56, "small" }, { "resnet34", 56, "small" }, { "resnet50", 56, "small" }, { "resnet101", 56, "small" },
    };

    public static TheoryData<string> Published => new("resnet18", "resnet34", "resnet50", "resnet101");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Narrow))]
    public void Features_OfANarrowNetwork_AreTorchvisions(string backbone, int size, string stem) => Compare(backbone, 8, size, stem);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(Published))]
    public void Features_OfAPublishedNetworkAt224Pixels_AreTorchvisions(string backbone) => Compare(backbone, 64, 224, "large");

    private void Compare(string backbone, int width, int size, string stem)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        var options = new BackboneOptions { Backbone = backbone, Width = width, Stem = stem };
        Safetensors.Write(folder["e.safetensors"], FormulaWeights.Of(options, coarse: false));
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["e.safetensors"], new ForeignOptions());
        Assert.Equal(options, encoder.Backbone);
        using ResNet network = encoder.CreateNetwork(size);
        double[] found = network.forward(Images(size / 28)).to(ScalarType.Float64).data<double>().ToArray();

        JsonElement expected = JsonDocument.Parse(File.ReadAllText(FormulaWeights.PathOf("outputs.json"))).RootElement.GetProperty(
            $"{backbone} {width} {size} {stem}");
        int every = expected.GetProperty("every").GetInt32(), features = found.Length / 2;
        double[] shown = [.. Enumerable.Range(0, found.Length).Where(i => i % features % every == 0).Select(i => found[i])];
        double[] values = [.. expected.GetProperty("features").EnumerateArray().Select(value => value.GetDouble())];
        double norm = expected.GetProperty("norm").GetDouble();
        Assert.Equal(values.Length, shown.Length);
        Assert.InRange(Math.Abs(Norm(found) - norm) / norm, 0, 1e-5);
        double error = Norm([.. shown.Zip(values, (a, b) => a - b)]) / Norm(values);
        TestContext.Current.SendDiagnosticMessage("{0} of width {1} at {2} pixels: {3:e1}", backbone, width, size, error);
        Assert.InRange(error, 0, 1e-5);
    }

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));

    // Each pixel as a square of some width, in three channels, normalised by ImageNet's constants.
    private static Tensor Images(int scale)
    {
        using var packed = new GZipStream(
            typeof(ImageSet).Assembly.GetManifestResourceStream("t10k-images-idx3-ubyte.gz")!, CompressionMode.Decompress);
        byte[] bytes = new byte[16 + (2 * 784)];
        packed.ReadExactly(bytes);
        float[] pixels = [.. bytes[16..].Select(value => value / 255f)];
        Tensor images = tensor(pixels).reshape(2, 1, 28, 28).repeat_interleave(scale, 2).repeat_interleave(scale, 3);
        Tensor mean = tensor(new[] { 0.485f, 0.456f, 0.406f }).reshape(1, 3, 1, 1);
        Tensor deviation = tensor(new[] { 0.229f, 0.224f, 0.225f }).reshape(1, 3, 1, 1);
        return (images - mean) / deviation;
    }
}
