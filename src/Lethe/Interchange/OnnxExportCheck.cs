using System.Runtime.InteropServices;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>Runs an exported graph with ONNX Runtime on real images, and holds what it gives against Lethe's own features.</summary>
internal static class OnnxExportCheck
{
    // Blocks of a ResNet-50.
    private const int UsualBlocks = 16;

    /// <summary>What that of logits and probabilities may be: a classifier's scales multiply the rounding of features.</summary>
    public const double HeadTolerance = 1e-4;

    private const int BatchSize = 32;

    /// <summary>
    /// What the error of features may be, max |a − b| / max |a|: 1e-5 of networks up to a ResNet-50, more of deeper ones, since each block
    /// rounds anew and every processor in its own way.
    /// </summary>
    /// <param name="network">The network.</param>
    public static double Tolerance(ResNet network) =>
        1e-5 * Math.Max(1, ResNet.Depths[network.Options.Backbone].Blocks.Sum() / (double)UsualBlocks);

    /// <summary>Measures how far each output is from Lethe's own numbers: on the first image alone, and on the others in batches.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The encoder that it was made of.</param>
    /// <param name="options">What the graph takes.</param>
    /// <param name="given">Its outputs of features, by layer.</param>
    /// <param name="images">What to run it on.</param>
    /// <param name="threads">Threads to compute with.</param>
    /// <param name="classifier">The classifier within; null for none.</param>
    /// <param name="whitening">The whitening within; null for none.</param>
    /// <returns>The errors, in the order of the outputs.</returns>
    /// <exception cref="RunException">ONNX Runtime refuses the file.</exception>
    public static IReadOnlyList<OnnxExportOutput> Measure(
        string path, ExportSource source, OnnxExportOptions options, IReadOnlyList<(string Layer, string Output)> given,
        ExportImages images, int threads, ExportedClassifier? classifier, ExportWhitening? whitening)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        string[] names =
            [
                .. given.Select(one => one.Output),
                .. classifier is null ? Array.Empty<string>() : [OnnxExport.Logits, OnnxExport.Probabilities],
            ];
        Dictionary<string, Tensor> found = Run(path, source, options, names, images, threads);

        // Features that were computed here, of the same bytes.
        var augmenter = new ViewAugmenter(source.Views, source.Network.ImageSize, source.Network.InputChannels,
            source.Statistics with { Range = IntensityRange.Bytes });
        Device device = source.Network.parameters().First().device;
        IReadOnlyDictionary<string, Tensor> expected = LayerFeatures.Collect(
            source.Network, source.Project, EvaluationBatches.Plain(images.Set, augmenter, BatchSize, threads), device);
        Tensor Of(string layer) => expected[layer][0].to(ScalarType.Float64); // [N, d]
        var outputs = new List<OnnxExportOutput>();
        foreach ((string layer, string output) in given)
        {
            // A whitening stretches rounding with the rare directions, so it is taken off before errors are measured.
            Tensor values = found[output], own = Of(layer);
            if (whitening is not null)
                values = linalg.solve(whitening.Matrix, values.t()).t().Plus(whitening.Mean);
            if (layer == LayerNames.Last && source.Network.Whitening is { } within)
                (values, own) = (within.Inverse(values), within.Inverse(own));
            outputs.Add(new OnnxExportOutput(output, (int)values.shape[1], Error(own, values)));
        }

        if (classifier is not null)
        {
            Tensor standardised = (Of(given[0].Layer) - tensor(classifier.Mean)) * tensor(classifier.Scale);
            Tensor logits = standardised.mm(tensor(classifier.Weights).t()).Plus(tensor(classifier.Bias)); // [N, K]
            Tensor probabilities = (logits / tensor(classifier.Temperature)).softmax(1);
            int width = classifier.ClassNames.Count;
            outputs.Add(new OnnxExportOutput(OnnxExport.Logits, width, Error(logits, found[OnnxExport.Logits])));
            outputs.Add(new OnnxExportOutput(OnnxExport.Probabilities, width, Error(probabilities, found[OnnxExport.Probabilities])));
        }

        return outputs;
    }

    /// <summary>Refuses a graph whose numbers are others.</summary>
    /// <param name="outputs">What was measured.</param>
    /// <param name="network">The network.</param>
    /// <param name="path">The file that it was to become, for the message.</param>
    /// <exception cref="RunException">An error is above its bound, or no number.</exception>
    public static void Require(IReadOnlyList<OnnxExportOutput> outputs, ResNet network, string path)
    {
        foreach (OnnxExportOutput output in outputs)
        {
            double bound = output.Name is OnnxExport.Logits or OnnxExport.Probabilities ? HeadTolerance : Tolerance(network);
            if (!(output.Error <= bound))
            {
                throw new RunException(Invariant(
                    $"{path} was not written: ONNX Runtime's '{output.Name}' differs from Lethe's by {output.Error:0.0e0} of the largest ")
                    + Invariant($"value; expected at most {bound:0e0}. Try again with --kernels torch; if that differs too, please report ")
                    + "it with the command.");
            }
        }
    }

    private static double Error(Tensor expected, Tensor found)
    {
        double difference = (expected - found).abs().max().item<double>(), largest = expected.abs().max().item<double>();
        return largest > 0 ? difference / largest : difference;
    }

    private static Dictionary<string, Tensor> Run(
        string path, ExportSource source, OnnxExportOptions options, string[] names, ExportImages images, int threads)
    {
        try
        {
            using var settings = new SessionOptions
            {
                IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            using var session = new InferenceSession(path, settings);
            using var run = new RunOptions();
            var parts = names.ToDictionary(name => name, _ => new List<Tensor>());
            for (int from = 0; from < images.Set.Count;)
            {
                // One image by itself first: the number of images is free.
                int count = from == 0 ? 1 : Math.Min(BatchSize, images.Set.Count - from);
                using OrtValue input = options.Input == OnnxExportOptions.Bytes
                    ? OrtValue.CreateTensorValueFromMemory(Bytes(images, from, count), [count, .. Shape(source, bytes: true)])
                    : OrtValue.CreateTensorValueFromMemory(Floats(images, from, count), [count, .. Shape(source, bytes: false)]);
                using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, [OnnxExport.Images], [input], names);
                foreach ((string name, OrtValue value) in names.Zip(results))
                {
                    long[] shape = value.GetTensorTypeAndShape().Shape;
                    parts[name].Add(tensor(value.GetTensorDataAsSpan<float>().ToArray()).reshape(shape).to(ScalarType.Float64));
                }

                from += count;
            }

            return parts.ToDictionary(part => part.Key, part => cat(part.Value, 0)); // [N, d]
        }
        catch (OnnxRuntimeException error)
        {
            throw new RunException($"ONNX Runtime does not take the graph: {error.Message} Please report it with the command.", error);
        }
    }

    private static long[] Shape(ExportSource source, bool bytes)
    {
        (long size, long channels) = (source.Network.ImageSize, source.Network.InputChannels);
        return bytes ? [size, size, channels] : [channels, size, size];
    }

    private static byte[] Bytes(ExportImages images, int from, int count) =>
        [.. Enumerable.Range(from, count).SelectMany(i => MemoryMarshal.ToEnumerable(images.Set[i].Pixels))];

    // [count, C, S, S], 0 to 1.
    private static float[] Floats(ExportImages images, int from, int count)
    {
        int channels = images.Set.Channels, area = images.Set[0].Height * images.Set[0].Width;
        float[] values = new float[count * channels * area];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> pixels = images.Set[from + i].Pixels.Span;
            for (int place = 0; place < pixels.Length; place++)
                values[(((i * channels) + (place % channels)) * area) + (place / channels)] = pixels[place] / 255f;
        }

        return values;
    }
}
