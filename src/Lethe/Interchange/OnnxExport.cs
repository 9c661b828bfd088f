using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>
/// Writes an encoder as a graph of ONNX: images in, normalised within, features out, batch-norm folded into the convolutions. The graph is
/// run on real images before the file takes its name.
/// </summary>
/// <remarks>
/// The input is <c>images</c>, [N, C, S, S] or [N, S, S, C] with N free. The output is <c>embedding</c>, [N, d], or one named after each
/// layer; <c>logits</c> and <c>probabilities</c>, [N, K], where there is a classifier, which takes the features as they are before any
/// whitening. The same encoder and options give the same bytes.
/// </remarks>
internal static class OnnxExport
{
    /// <summary>The name of the input.</summary>
    public const string Images = "images";

    /// <summary>The name of the output of one layer.</summary>
    public const string Embedding = "embedding";

    /// <summary>The name of what a classifier gives before softmax.</summary>
    public const string Logits = "logits";

    /// <summary>The name of what it gives in the end.</summary>
    public const string Probabilities = "probabilities";

    private static readonly int[] channelsFirst = [0, 3, 1, 2];

    /// <summary>Writes and verifies a file.</summary>
    /// <param name="source">The encoder.</param>
    /// <param name="options">What the graph takes and gives.</param>
    /// <param name="path">The file; nothing is left there, or what was there before, where anything fails.</param>
    /// <param name="images">What to verify it on.</param>
    /// <param name="threads">Threads to verify with.</param>
    /// <param name="version">The version of this library.</param>
    /// <param name="classifier">A classifier to put behind the features; null for none.</param>
    /// <param name="whitening">What to do to the features; null for nothing.</param>
    /// <returns>The outputs with their errors.</returns>
    /// <exception cref="LetheException">Something does not fit, the file cannot be written, or the graph gives other numbers.</exception>
    public static IReadOnlyList<OnnxExportOutput> Write(
        ExportSource source, OnnxExportOptions options, string path, ExportImages images, int threads, string version,
        ExportedClassifier? classifier = null, ExportWhitening? whitening = null)
    {
        options.Validate();
        if (classifier is not null && options.Layer == OnnxExportOptions.AllLayers)
            throw new ArgumentException("A classifier takes the features of one layer, and all are asked for.", nameof(classifier));
        if (options.Layer == LayerNames.Projector && source.Projector is null)
        {
            throw new InvalidOptionException(
                $"--layer projector: this encoder has none. Use one of {string.Join(", ", source.Layers)}.");
        }

        // Said before weights are folded, which takes memory.
        ExportMessage.RequireSize(source.Network.parameters().Sum(parameter => parameter.numel() * sizeof(float)));
        IReadOnlyList<OnnxExportOutput> outputs = [];
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        (ExportMessage model, IReadOnlyList<(string Layer, string Output)> given) = Build(source, options, version, classifier, whitening);
        AtomicFile.Write(path, model.WriteTo, written =>
        {
            outputs = OnnxExportCheck.Measure(written, source, options, given, images, threads, classifier, whitening);
            OnnxExportCheck.Require(outputs, source.Network, path);
        });
        return outputs;
    }

    private static (ExportMessage Model, IReadOnlyList<(string Layer, string Output)> Given) Build(
        ExportSource source, OnnxExportOptions options, string version, ExportedClassifier? classifier, ExportWhitening? whitening)
    {
        var graph = new OnnxExportGraph();
        var network = new OnnxExportNetwork(graph);
        bool all = options.Layer == OnnxExportOptions.AllLayers;
        string map = Normalised(graph, source, options.Input == OnnxExportOptions.Bytes);
        var given = new List<(string Layer, string Output)>();
        string features = "", pooled = "";
        int width = source.Network.FeatureDimension;
        foreach (SplitPoint layer in ResNet.Layers)
        {
            string name = ResNet.LayerName(layer);
            map = network.Layer(source.Network, layer, map);
            bool asked = all || name == options.Layer, last = layer == ResNet.Layers[^1];
            string called = all ? name : asked && whitening is null ? Embedding : "features";
            WhiteningLayer? own = last && asked ? source.Network.Whitening : null;
            if (asked || last)
                features = pooled = network.Pooled(source.Network, layer, map, own is null ? called : "pooled");
            if (!asked)
                continue;
            if (own is not null)
            {
                features = graph.Node(
                    "Gemm", called, [pooled, graph.Constant("fc.weight", own.Weight), graph.Constant("fc.bias", own.Bias)], ("transB", 1));
            }

            given.Add((name, features));
            if (!all)
                break;
        }

        if (given.Count == 0 || (all && source.Projector is not null))
        {
            (string projected, int size) = network.Perceptron(LayerNames.Projector, source.Projector!, pooled);
            features = projected;
            width = size;
            string name = all ? LayerNames.Projector : whitening is null ? Embedding : "features/projector";
            features = graph.Node("Identity", name, [features]);
            given.Add((LayerNames.Projector, features));
        }

        string described = string.Join(", ", given.Select(one => one.Layer));
        if (whitening is not null)
        {
            string centred = graph.Node("Sub", "whitening/centred", [features, graph.Constant("whitening.mean", whitening.Mean)]);
            graph.Node("MatMul", Embedding, [centred, graph.Constant("whitening.matrix", whitening.Matrix)]);
            given = [(given[0].Layer, Embedding)];
        }

        foreach ((string layer, string output) in given)
            graph.Output(output, layer == LayerNames.Projector ? width : source.Network.FeatureDimension);
        if (classifier is not null)
        {
            classifier.Require(width, described);
            Classify(graph, classifier, features);
        }

        ExportMetadata metadata = source.Metadata with
        {
            Layer = options.Layer,
            Classes = classifier?.ClassNames ?? [],
            Temperature = classifier?.Temperature,
            Threshold = classifier?.Threshold,
        };
        return (graph.Model("lethe", version, metadata.Entries()), given);
    }

    // As views are normalised: value · scale + shift, with the constants rounded to single precision first.
    private static string Normalised(OnnxExportGraph graph, ExportSource source, bool bytes)
    {
        ResNet network = source.Network;
        (int size, int channels) = (network.ImageSize, network.InputChannels);
        (IReadOnlyList<float> mean, IReadOnlyList<float> deviation) = (source.Statistics.Mean, source.Statistics.StandardDeviation);
        float range = bytes ? 255 : 1;
        string scale = graph.Constant(
            "normalisation.scale", tensor([.. deviation.Select(d => 1 / (range * d))]).reshape(1, channels, 1, 1));
        string shift = graph.Constant(
            "normalisation.shift", tensor([.. mean.Zip(deviation, (m, d) => -m / d)]).reshape(1, channels, 1, 1));
        string map = bytes
            ? graph.Node(
                "Transpose", "normalisation/channels", [graph.Node(
                    "Cast", "normalisation/numbers", [graph.Input(Images, ScalarType.Byte, size, size, channels)], ("to", 1))],
                ("perm", channelsFirst))
            : graph.Input(Images, ScalarType.Float32, channels, size, size);
        return graph.Node("Add", "normalisation/shifted", [graph.Node("Mul", "normalisation/scaled", [map, scale]), shift]);
    }

    private static void Classify(OnnxExportGraph graph, ExportedClassifier classifier, string features)
    {
        string centred = graph.Node("Sub", "classifier/centred", [features, graph.Constant("classifier.mean", tensor(classifier.Mean))]);
        string scaled = graph.Node("Mul", "classifier/scaled", [centred, graph.Constant("classifier.scale", tensor(classifier.Scale))]);
        graph.Node(
            "Gemm",
            Logits,
            [
                scaled, graph.Constant("classifier.weight", tensor(classifier.Weights)),
                graph.Constant("classifier.bias", tensor(classifier.Bias)),
            ],
            ("transB", 1));
        string cooled = graph.Node(
            "Div", "classifier/cooled", [Logits, graph.Constant("classifier.temperature", tensor(new[] { classifier.Temperature }))]);
        graph.Node("Softmax", Probabilities, [cooled], ("axis", 1));
        graph.Output(Logits, classifier.ClassNames.Count);
        graph.Output(Probabilities, classifier.ClassNames.Count);
    }
}
