using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>Reads a backbone from a safetensors file whose tensors carry torchvision's names.</summary>
internal static class EncoderFile
{
    private const string Prefix = "backbone.";
    private const string FirstLayer = "conv1.weight";
    private const int Shown = 4;

    /// <summary>Reads a network.</summary>
    /// <param name="path">
    /// The file. Names may stand behind <c>backbone.</c>, as in Lethe's checkpoints; a classifier <c>fc</c> is left out.
    /// </param>
    /// <param name="options">Which network it holds; a stem of auto is told by the size of the first convolution.</param>
    /// <param name="imageSize">Height and width of the images it is to see, in pixels.</param>
    /// <returns>The network on the processor, in evaluation mode; the caller disposes it.</returns>
    /// <exception cref="RunException">The file cannot be read, or names or shapes do not fit; the message names them.</exception>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    public static ResNet Load(string path, BackboneOptions options, int imageSize)
    {
        options.Validate();
        using var scope = NewDisposeScope();
        using SafetensorsFile file = Safetensors.Read(path);
        bool prefixed = file.Tensors.Keys.Any(name => name.StartsWith(Prefix, StringComparison.Ordinal));
        Dictionary<string, Tensor> tensors = file.Tensors
            .Where(pair => !prefixed || pair.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(pair => prefixed ? pair.Key[Prefix.Length..] : pair.Key, pair => pair.Value);
        if (!tensors.TryGetValue(FirstLayer, out Tensor? first) || first.dim() != 4)
        {
            throw new RunException(
                $"{path}: expected torchvision's names, such as '{FirstLayer}' of shape [channels, 1 or 3, size, size]; found "
                + $"{List([.. tensors.Keys.Order(StringComparer.Ordinal)])}. "
                + "Rename the tensors as torchvision's ResNet has them.");
        }

        if (first.size(1) is not (1 or 3))
            throw new RunException($"{path}: '{FirstLayer}' takes {first.size(1)} channels; expected 1 (grey) or 3 (colour).");
        string stem = options.Stem == "auto" ? (first.size(2) == 7 ? "large" : "small") : options.Stem;
        var network = new ResNet(options with { Stem = stem }, (int)first.size(1), imageSize);
        try
        {
            Fill(path, network, tensors, options);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        EncoderState.Outlive(network);
        network.eval();
        return network;
    }

    private static void Fill(string path, ResNet network, Dictionary<string, Tensor> tensors, BackboneOptions options)
    {
        Dictionary<string, Tensor> targets = network.state_dict();

        // The number of batches seen serves training alone, and older files lack it.
        static bool Matters(string name) => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
        string[] missing = [.. targets.Keys.Where(name => Matters(name) && !tensors.ContainsKey(name))];
        string[] unknown =
            [
                .. tensors.Keys.Where(name => Matters(name) && !targets.ContainsKey(name) && name is not ("fc.weight" or "fc.bias")).Order(
                    StringComparer.Ordinal),
            ];
        string[] shapes =
        [
            .. targets.Where(
                target => Matters(target.Key) && tensors.TryGetValue(target.Key, out Tensor? found)
                    && !found.shape.SequenceEqual(target.Value.shape))
                .Select(target => $"{target.Key} is [{string.Join(", ", tensors[target.Key].shape)}] and not "
                    + $"[{string.Join(", ", target.Value.shape)}]"),
        ];
        string[] problems =
        [
            .. missing.Length == 0 ? Array.Empty<string>() : [$"missing {List(missing)}"],
            .. unknown.Length == 0 ? Array.Empty<string>() : [$"not of this network {List(unknown)}"],
            .. shapes.Length == 0 ? Array.Empty<string>() : [$"of another shape {List(shapes)}"],
        ];
        if (problems.Length > 0)
        {
            throw new RunException(
                $"{path} does not hold a {options.Backbone} of width {options.Width}: {string.Join("; ", problems)}. "
                + "Give the --backbone, --width and --stem that it was made with.");
        }

        using IDisposable frozen = no_grad();
        foreach ((string name, Tensor target) in targets)
        {
            if (tensors.TryGetValue(name, out Tensor? value) && value.shape.SequenceEqual(target.shape))
                target.copy_(value);
        }
    }

    private static string List(string[] names) =>
        string.Join(", ", names.Take(Shown).Select(name => $"'{name}'"))
        + (names.Length > Shown ? $" and {names.Length - Shown} more" : "");
}
