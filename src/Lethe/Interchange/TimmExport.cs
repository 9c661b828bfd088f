using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Interchange;

/// <summary>
/// Writes a folder that <c>timm.create_model("local-dir:PATH", pretrained=True)</c> reads: <c>config.json</c> and <c>model.safetensors</c>.
/// </summary>
/// <remarks>
/// What the configuration may hold is as timm 1.0 reads it (huggingface/pytorch-image-models, timm/models/_hub.py and _pretrained.py). Its
/// ResNets have a stem of 64 channels, 7×7 of stride 2, whatever their arguments (timm/models/resnet.py).
/// </remarks>
internal static class TimmExport
{
    /// <summary>The names of the files in the folder.</summary>
    public static IReadOnlyList<string> Files { get; } = [Configuration, Weights];

    private const string Configuration = "config.json";
    private const string Weights = "model.safetensors";
    private const int Width = 64;
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    /// <summary>Writes a folder, and reads it back.</summary>
    /// <param name="source">The encoder.</param>
    /// <param name="path">The folder, made where it does not exist.</param>
    /// <returns>Lines of Python that make the network with its weights.</returns>
    /// <exception cref="InvalidOptionException">timm has no such network.</exception>
    /// <exception cref="RunException">It cannot be written, or does not hold what was written.</exception>
    public static IReadOnlyList<string> Write(ExportSource source, string path)
    {
        ResNet network = source.Network;
        if (network.Options.Width != Width || network.StemName != "large")
        {
            string found = network.Options.Width != Width ? $"a width of {network.Options.Width}" : "a small stem (3×3, no pooling)";
            string instead = network.Options.Width != Width
                ? "--format onnx, which takes any network"
                : "--format torchvision, whose networks take another stem, or --format onnx";
            throw new InvalidOptionException(
                $"--format timm: timm's ResNets have a width of {Width} and a stem of 7×7 with pooling; this one has {found}. Use "
                + $"{instead}.");
        }

        bool made = !Directory.Exists(path);
        Disk.MakeFolder(path);
        try
        {
            string configuration = Describe(source).ToJsonString(indented) + "\n";
            StateDictExport.WriteSafetensors(Path.Combine(path, Weights), network, source.Metadata.Entries());
            AtomicFile.Write(Path.Combine(path, Configuration), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(configuration)));
        }
        catch
        {
            if (made)
                Directory.Delete(path, recursive: true);
            throw;
        }

        return
        [
            "import timm",
            $"net = timm.create_model('local-dir:{path}', pretrained=True).eval()",
            "transform = timm.data.create_transform(**timm.data.resolve_model_data_config(net), is_training=False)",
        ];
    }

    private static JsonObject Describe(ExportSource source)
    {
        ResNet network = source.Network;
        int size = network.ImageSize;

        // A whitening takes the place of timm's classifier, whose outputs are then the features.
        int outputs = network.Whitening is null ? 0 : network.FeatureDimension;
        static JsonArray Numbers(IEnumerable<float> values) => [.. values.Select(value => (JsonNode)value)];
        var pretrained = new JsonObject
        {
            ["input_size"] = new JsonArray(network.InputChannels, size, size),
            ["fixed_input_size"] = false,
            ["interpolation"] = source.Views.Interpolation,

            // The whole short side is kept, then the centre is cut out.
            ["crop_pct"] = 1.0,
            ["crop_mode"] = "center",
            ["mean"] = Numbers(source.Statistics.Mean),
            ["std"] = Numbers(source.Statistics.StandardDeviation),
            ["num_classes"] = outputs,
            ["first_conv"] = "conv1",
            ["classifier"] = "fc",
        };
        if (source.Metadata.Licence is { } licence)
            pretrained["license"] = licence;
        (IReadOnlyList<int> blocks, bool bottleneck) = ResNet.Depths[network.Options.Backbone];
        bool published = TorchvisionExport.Published.Contains(network.Options.Backbone);
        var configuration = new JsonObject
        {
            ["architecture"] = published ? network.Options.Backbone : bottleneck ? "resnet50" : "resnet18",
            ["num_classes"] = outputs,
            ["num_features"] = network.FeatureDimension,
            ["global_pool"] = "avg",
        };

        // Other depths are arguments of a network that has the same kind of blocks.
        if (!published)
            configuration["model_args"] = new JsonObject { ["layers"] = new JsonArray([.. blocks.Select(count => (JsonNode)count)]) };
        configuration["pretrained_cfg"] = pretrained;
        return configuration;
    }
}
