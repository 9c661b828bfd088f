using Lethe.Interchange;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

[Collection(typeof(TorchCollection))]
public sealed class OnnxExportTests : IDisposable
{
    private static readonly OnnxExportOptions every = new() { Layer = OnnxExportOptions.AllLayers };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string> Networks => new MatrixTheoryData<string, string>(BackboneOptions.Names, ["small", "large"]);

    public static TheoryData<string> Layers => [.. LayerNames.All];

    /// <summary>
    /// 28 pixels: maps of 28, 14, 7 and 4 after the small stem, and of 7, 4, 2 and 1 after the large one, most of which no grid of the pool
    /// divides. Writing compares every number of every layer with Lethe's own.
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Write_EveryNetworkAndLayer_GivesLethesNumbers(string backbone, string stem)
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network(backbone, stem, size: 28);
        IReadOnlyList<OnnxExportOutput> outputs = Write(ExportSamples.WithProjector(network), every);
        Assert.Equal(LayerNames.All, outputs.Select(output => output.Name));
        Assert.Equal([.. Enumerable.Repeat(network.FeatureDimension, 5), 6], outputs.Select(output => output.Width));
        Assert.All(outputs, output => Assert.InRange(output.Error, 0, OnnxExportCheck.Tolerance(network)));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Write_OneLayer_GivesItAsEmbeddingAndComputesNothingBehindIt(string layer)
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network();
        Assert.Equal(OnnxExport.Embedding, Assert.Single(Write(
            ExportSamples.WithProjector(network), new OnnxExportOptions { Layer = layer, Input = "bytes" })).Name);
        long file = new FileInfo(folder["e.onnx"]).Length;
        Write(ExportSamples.WithProjector(network), every);
        Assert.True(layer == LayerNames.Projector || file < new FileInfo(folder["e.onnx"]).Length);
    }

    /// <summary>The graph is run by itself here: other batches, the shapes of the contract, the metadata.</summary>
    [Theory]
    [InlineData("bytes", 1)]
    [InlineData("bytes", 3)]
    [InlineData("floats", 1)]
    [InlineData("floats", 3)]
    public void Write_EachInput_TakesAnyNumberOfImagesAndGivesTheNetworksFeatures(string input, int channels)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using ResNet network = ExportSamples.Network(size: 16, channels: channels);
        ExportSource source = ExportSamples.Source(network);
        Write(source, new OnnxExportOptions { Input = input });
        using var session = new InferenceSession(folder["e.onnx"]);
        NodeMetadata taken = session.InputMetadata[OnnxExport.Images];
        Assert.Equal(input == "bytes" ? [-1, 16, 16, channels] : [-1, channels, 16, 16], taken.Dimensions);
        Assert.Equal("N", taken.SymbolicDimensions[0]);
        Assert.Equal([-1, 32], session.OutputMetadata[OnnxExport.Embedding].Dimensions);
        Assert.Equal(["channels", "layer", "lethe.encoder", "method", "size"], session.ModelMetadata.CustomMetadataMap.Keys.Order());

        foreach (int count in new[] { 1, 2, 7 })
        {
            ExportImages images = ExportSamples.Images(source, count);
            byte[] bytes = [.. Enumerable.Range(0, count).SelectMany(i => images.Set[i].Pixels.ToArray())];
            Tensor values = (tensor(bytes).to(ScalarType.Float32) / tensor(255f)).reshape(count, 16, 16, channels).permute(0, 3, 1, 2);
            Tensor Statistic(IReadOnlyList<float> of) => tensor(of.ToArray()).reshape(1, channels, 1, 1);
            Tensor expected = network.forward((values - Statistic(source.Statistics.Mean)) / Statistic(source.Statistics.StandardDeviation));
            using OrtValue given = input == "bytes"
                ? OrtValue.CreateTensorValueFromMemory(bytes, [count, 16, 16, channels])
                : OrtValue.CreateTensorValueFromMemory(values.contiguous().data<float>().ToArray(), [count, channels, 16, 16]);
            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
                run, [OnnxExport.Images], [given], [OnnxExport.Embedding]);
            Tensor found = tensor(results[0].GetTensorDataAsSpan<float>().ToArray()).reshape(count, 32);
            double error = ((found - expected).abs().max() / expected.abs().max()).item<float>();
            Assert.InRange(error, 0, 1e-5);
        }
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytes()
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network();
        byte[] Bytes()
        {
            Write(ExportSamples.WithProjector(network), every, ExportSamples.WithProjector);
            return File.ReadAllBytes(folder["e.onnx"]);
        }

        Assert.Equal(Bytes(), Bytes());
    }

    [Fact]
    public void Write_GraphWithOtherNumbers_LeavesNothingAndSaysHowFar()
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network();
        ExportSource source = ExportSamples.WithProjector(network);
        Func<Tensor, Tensor> project = source.Project!;

        // What the method makes of its projector is not what is written.
        ExportSource other = source with { Project = features => project(features) * tensor(1.0001f) };
        string message = Assert.Throws<RunException>(() => Write(other, every)).Message;
        Assert.Matches("'projector' differs from Lethe's by 1.0e-4 of the largest value; expected at most 1e-5", message);
        Assert.Empty(Directory.GetFiles(folder.Path));

        Write(source, every);
        byte[] before = File.ReadAllBytes(folder["e.onnx"]);
        ExportSource broken = source with { Project = features => features.narrow(1, 0, 6) * tensor(float.NaN) };
        Assert.Throws<RunException>(() => Write(broken, every));
        Assert.Equal(before, File.ReadAllBytes(folder["e.onnx"]));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_Classifier_GivesLogitsAndProbabilitiesOfTheFormula()
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network();
        ExportSource source = ExportSamples.Source(network);
        IReadOnlyList<OnnxExportOutput> outputs = OnnxExport.Write(
            source, new OnnxExportOptions { Layer = "layer2" }, folder["e.onnx"], ExportSamples.Images(source), 1, "0.0",
            ExportSamples.Classifier(32));
        Assert.Equal(["embedding", "logits", "probabilities"], outputs.Select(output => output.Name));
        Assert.Equal([32, 3, 3], outputs.Select(output => output.Width));
        using var session = new InferenceSession(folder["e.onnx"]);
        string json = session.ModelMetadata.CustomMetadataMap[ExportMetadata.Key];
        Assert.EndsWith("\"classes\":[\"cat\",\"d\\u00F6g\",\"owl\"],\"temperature\":1.7,\"threshold\":0.6}", json, StringComparison.Ordinal);
        Assert.Contains("\"layer\":\"layer2\"", json, StringComparison.Ordinal);

        string message = Assert.Throws<RunException>(() => OnnxExport.Write(
            source, new OnnxExportOptions(), folder["f.onnx"], ExportSamples.Images(source), 1, "0.0", ExportSamples.Classifier(31))).Message;
        Assert.Contains("takes 31 features, and layer4 of this encoder gives 32", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OnnxExport.Write(
            source, every, folder["f.onnx"], ExportSamples.Images(source), 1, "0.0", ExportSamples.Classifier(32)));
    }

    [Theory]
    [InlineData("layer4")]
    [InlineData("projector")]
    public void Write_Whitening_GivesThemWhitenedByTheFormula(string layer)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using ResNet network = ExportSamples.Network();
        ExportSource source = ExportSamples.WithProjector(network);
        ExportImages images = ExportSamples.Images(source, 40);
        Tensor features = network.forward(Tiny16(source, images));
        if (layer == "projector")
            features = source.Project!(features);
        (Tensor mean, Tensor matrix) = Whitening.Zca(features, 1e-3);
        OnnxExportOutput output = Assert.Single(OnnxExport.Write(
            source, new OnnxExportOptions { Layer = layer, Whiten = true }, folder["e.onnx"], images, 1, "0.0",
            whitening: new ExportWhitening(mean, matrix)));
        Assert.Equal(OnnxExport.Embedding, output.Name);
        using var session = new InferenceSession(folder["e.onnx"]);
        using OrtValue given = OrtValue.CreateTensorValueFromMemory(
            Raw(images).contiguous().data<float>().ToArray(), [40, 3, 16, 16]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, [OnnxExport.Images], [given], [OnnxExport.Embedding]);
        Tensor white = tensor(results[0].GetTensorDataAsSpan<float>().ToArray()).reshape(40, output.Width).to(ScalarType.Float64);
        Tensor expected = (features.to(ScalarType.Float64) - mean).mm(matrix);
        Assert.InRange(((white - expected).abs().max() / expected.abs().max()).item<double>(), 0, 1e-4);
    }

    [Fact]
    public void Write_WhatCannotBe_IsSaidBeforeAnythingIsWritten()
    {
        using var scope = NewDisposeScope();
        using ResNet network = ExportSamples.Network();
        ExportSource alone = ExportSamples.Source(network);
        Assert.Contains("this encoder has none", Message<InvalidOptionException>(alone, new() { Layer = "projector" }), StringComparison.Ordinal);
        Assert.Contains("--layer 'layer5' is unknown", Message<InvalidOptionException>(alone, new() { Layer = "layer5" }), StringComparison.Ordinal);
        Assert.Contains("--whiten needs one layer", Message<InvalidOptionException>(alone, every with { Whiten = true }), StringComparison.Ordinal);
        using nn.Module strange = nn.Sequential(nn.Linear(32, 4), nn.Tanh());
        ExportSource own = alone with { Projector = strange, Project = ((nn.Module<Tensor, Tensor>)strange).forward };
        Assert.Contains("of the kind Tanh", Message<RunException>(own, new() { Layer = "projector" }), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void RequireSize_BeyondTwoGigabytes_SaysWhatToDo()
    {
        ExportMessage.RequireSize(ExportMessage.MaxBytes);
        string message = Assert.Throws<RunException>(() => ExportMessage.RequireSize(ExportMessage.MaxBytes + 1)).Message;
        Assert.Contains("--format torchvision", message, StringComparison.Ordinal);
    }

    /// <summary>Field 1: varint 300; field 2: "é"; field 3: a message of field 1, -1 (ten bytes); field 9: three floats.</summary>
    [Fact]
    public void Message_EachKindOfField_HasTheBytesOfTheEncoding()
    {
        using var scope = NewDisposeScope();
        ExportMessage message = new ExportMessage().Add(1, 300).Add(2, "é").Add(3, new ExportMessage().Add(1, -1))
            .Add(9, tensor(new[] { 1f, 2f, 0f }));
        using var stream = new MemoryStream();
        message.WriteTo(stream);
        Assert.Equal(message.Size, stream.Length);
        Assert.Equal("08AC02" + "1202C3A9" + "1A0B08FFFFFFFFFFFFFFFFFF01" + "4A0C" + "0000803F0000004000000000", Convert.ToHexString(stream.ToArray()));
    }

    private string Message<T>(ExportSource source, OnnxExportOptions options)
        where T : Exception => Assert.Throws<T>(() => Write(source, options)).Message;

    private IReadOnlyList<OnnxExportOutput> Write(
        ExportSource source, OnnxExportOptions options, Func<ResNet, ExportSource>? again = null)
    {
        manual_seed(5);
        ExportSource used = again is null ? source : again(source.Network);
        return OnnxExport.Write(used, options, folder["e.onnx"], ExportSamples.Images(used), 1, "0.0");
    }

    // [N, 3, 16, 16], 0 to 1.
    private static Tensor Raw(ExportImages images) =>
        (tensor([.. Enumerable.Range(0, images.Set.Count).SelectMany(i => images.Set[i].Pixels.ToArray())]).to(ScalarType.Float32)
            / tensor(255f)).reshape(images.Set.Count, 16, 16, 3).permute(0, 3, 1, 2);

    private static Tensor Tiny16(ExportSource source, ExportImages images) =>
        (Raw(images) - tensor(source.Statistics.Mean.ToArray()).reshape(1, 3, 1, 1))
        / tensor(source.Statistics.StandardDeviation.ToArray()).reshape(1, 3, 1, 1);
}
