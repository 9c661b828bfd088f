using Lethe.Interchange;
using Lethe.Models;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

/// <summary>Graphs made node by node: what is a ResNet of Lethe's is found whatever its names, and all else is refused where it departs.</summary>
[Collection(typeof(TorchCollection))]
public sealed class OnnxBackboneTests : IDisposable
{
    private static readonly BackboneOptions network = FormulaWeights.Coarse with { Stem = "small" };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("resnet10", "small")]
    [InlineData("resnet18", "large")]
    [InlineData("resnet50", "large")]
    public void Read_GraphWithArbitraryNames_IsTheNetwork(string backbone, string stem)
    {
        using var scope = NewDisposeScope();
        BackboneOptions options = new() { Backbone = backbone, Width = 4, Stem = stem };
        File.WriteAllBytes(folder["m"], GraphBytes.Of(options));
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["m"], new ForeignOptions());
        Assert.Equal(options, encoder.Backbone);
        Assert.Null(encoder.Statistics);
        Assert.Equal(
            Methods.Tiny.Bits(FormulaWeights.Of(options, coarse: true)), Methods.Tiny.Bits(encoder.Weights));
        Assert.Empty(encoder.Findings.Notes);
    }

    [Fact]
    public void Read_NormalisationInTheGraph_IsTaken()
    {
        using var scope = NewDisposeScope();
        File.WriteAllBytes(folder["m"], GraphBytes.Of(network, ("Sub", [124f, 116, 104]), ("Mul", [1 / 58f, 1 / 57f, 1 / 56f])));
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["m"], new ForeignOptions());
        Assert.Equal("the graph", encoder.StatisticsFrom);
        Assert.Equal([124 / 255f, 116 / 255f, 104 / 255f], encoder.Statistics!.Mean.Select(mean => MathF.Round(mean, 6)), Near);
        Assert.Equal([58 / 255f, 57 / 255f, 56 / 255f], encoder.Statistics.StandardDeviation, Near);
        File.WriteAllBytes(folder["m"], GraphBytes.Of(network, ("Resize", [1f])));
        using ForeignEncoder resized = ForeignEncoder.Read(folder["m"], new ForeignOptions());
        Assert.Null(resized.Statistics);
        Assert.Contains("by Resize, which is not taken over", Assert.Single(resized.Findings.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WeightsBesideTheGraph_AreReadFromItsFolderAlone()
    {
        using var scope = NewDisposeScope();
        (byte[] graph, byte[] data) = GraphBytes.WithData(network, "m.data");
        File.WriteAllBytes(folder["m"], graph);
        RunException missing = Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["m"], new ForeignOptions()));
        Assert.Contains("'m.data' beside it, which is missing", missing.Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder["m.data"], data);
        using ForeignEncoder encoder = ForeignEncoder.Read(folder["m"], new ForeignOptions());
        Assert.Equal(Methods.Tiny.Bits(FormulaWeights.Of(network, coarse: true)), Methods.Tiny.Bits(encoder.Weights));
        File.WriteAllBytes(folder["m.data"], data[..^100]);
        Assert.Contains(
            "beyond the end of 'm.data'",
            Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["m"], new ForeignOptions())).Message,
            StringComparison.Ordinal);
        foreach (string outside in new[] { "../m.data", "/etc/passwd", "..", "a\\b" })
        {
            File.WriteAllBytes(folder["m"], GraphBytes.WithData(network, outside).Graph);
            Assert.Contains(
                "which is no file beside it",
                Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["m"], new ForeignOptions())).Message,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("strides of layer2.0.conv1", "has a stride of 1×1 where 2 was expected")]
    [InlineData("pads of layer1.0.conv1", "where 1 was expected on each side")]
    [InlineData("group of layer1.0.conv1", "a convolution of 2 groups")]
    [InlineData("dilations of layer1.0.conv1", "a dilated convolution")]
    [InlineData("no sum in layer1.0", "its block layer1.0")]
    [InlineData("no relu in layer1.0", "has no ReLU after its sum")]
    [InlineData("no stem relu", "no ReLU follows its first convolution")]
    [InlineData("pooled", "a max-pooling follows its 3×3 stem")]
    public void Read_GraphOfAnotherNetwork_SaysWhereItDeparts(string change, string expected)
    {
        using var scope = NewDisposeScope();
        File.WriteAllBytes(folder["m"], GraphBytes.Of(network, change));
        RunException error = Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["m"], new ForeignOptions()));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{folder["m"]} is an ONNX model, and not one of a ResNet that Lethe has", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GraphThatGoesInACircle_Ends()
    {
        byte[] model = GraphBytes.Model(
        [
            GraphBytes.Node("Conv", ["x", "w", "w"], ["y"]), GraphBytes.Node("Relu", ["y"], ["y"]), GraphBytes.Node("Relu", ["y"], ["x"]),
            GraphBytes.Node("Identity", ["y"], ["y"]),
        ], [GraphBytes.Initialiser("w", [4, 3, 3, 3], new byte[432])]);
        File.WriteAllBytes(folder["m"], model);
        Assert.Throws<RunException>(() => ForeignEncoder.Read(folder["m"], new ForeignOptions()));
    }

    private static bool Near(float a, float b) => Math.Abs(a - b) < 1e-5f;
}
