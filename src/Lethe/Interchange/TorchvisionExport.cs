using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>Writes the weights for torchvision's networks, without a classifier: safetensors or a file of <c>torch.save</c>.</summary>
internal static class TorchvisionExport
{
    /// <summary>Endings of files that it writes.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".pth", ".safetensors"];

    /// <summary>Networks that torchvision and timm have under these names; others of theirs are made by their depths.</summary>
    internal static IReadOnlyList<string> Published { get; } = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"];

    private const int Width = 64;

    /// <summary>Writes a file, and reads it back.</summary>
    /// <param name="source">The encoder.</param>
    /// <param name="path">The file; its ending says which kind.</param>
    /// <returns>Lines of Python that make the network and load the weights, strictly.</returns>
    /// <exception cref="InvalidOptionException">No network of torchvision's has these shapes.</exception>
    /// <exception cref="RunException">It cannot be written, or does not hold what was written.</exception>
    public static IReadOnlyList<string> Write(ExportSource source, string path)
    {
        ResNet network = source.Network;
        if (network.Options.Width != Width)
        {
            throw new InvalidOptionException(
                $"--format torchvision: torchvision's networks have a width of {Width}, this one has {network.Options.Width}. Use --format "
                + "onnx, which takes any network; the weights under torchvision's names are in the run's encoder.safetensors as well.");
        }

        if (Path.GetExtension(path) == ".pth")
            TorchFileExport.Write(path, network);
        else
            StateDictExport.WriteSafetensors(path, network, source.Metadata.Entries());
        return [.. Python(network, path)];
    }

    private static IEnumerable<string> Python(ResNet network, string path)
    {
        bool pickled = Path.GetExtension(path) == ".pth";
        yield return pickled ? "import torch, torchvision" : "import safetensors.torch, torch, torchvision";
        (IReadOnlyList<int> blocks, bool bottleneck) = ResNet.Depths[network.Options.Backbone];
        yield return Published.Contains(network.Options.Backbone)
            ? $"net = torchvision.models.{network.Options.Backbone}()"
            : $"net = torchvision.models.resnet.ResNet(torchvision.models.resnet.{(bottleneck ? "Bottleneck" : "BasicBlock")}, "
                + $"[{string.Join(", ", blocks)}])";
        yield return network.Whitening is null
            ? "net.fc = torch.nn.Identity()"
            : $"net.fc = torch.nn.Linear({network.FeatureDimension}, {network.FeatureDimension})";
        bool large = network.StemName == "large";
        if (!large || network.InputChannels != 3)
        {
            yield return $"net.conv1 = torch.nn.Conv2d({network.InputChannels}, {Width}, "
                + (large ? "7, 2, 3" : "3, 1, 1") + ", bias=False)";
        }

        if (!large)
            yield return "net.maxpool = torch.nn.Identity()";
        string file = Path.GetFileName(path);
        string weights = pickled ? $"torch.load('{file}')" : $"safetensors.torch.load_file('{file}')";
        yield return $"net.load_state_dict({weights}, strict=True)";
        yield return "net.eval()";
    }
}
