using System.Globalization;
using System.Text.RegularExpressions;
using Lethe.Storage.Weights;

namespace Lethe.Interchange;

/// <summary>
/// A residual network within a file of weights, found by the name of the first convolution of its first block, whatever stands in front:
/// so all prefixes of all trainers are one case.
/// </summary>
/// <param name="Prefix">What stands in front of its names.</param>
/// <param name="Words">Whose names they are.</param>
/// <param name="Rename">torchvision's name of one without the prefix; null where it is none of the network's.</param>
internal sealed partial record Naming(string Prefix, string Words, Func<string, string?> Rename)
{
    private const int MostNetworks = 16;

    /// <summary>Finds the networks of a file, in its order.</summary>
    /// <param name="tensors">The file's tensors.</param>
    /// <returns>Each once.</returns>
    public static IReadOnlyList<Naming> Find(IReadOnlyList<StoredTensor> tensors)
    {
        var found = new OrderedDictionary<string, Naming>(StringComparer.Ordinal);
        var stages = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (StoredTensor tensor in tensors.Where(tensor => tensor.Shape.Length == 4 && found.Count < MostNetworks))
        {
            string prefix;
            if (Torchvision().Match(tensor.Name) is { Success: true } torchvision)
            {
                prefix = torchvision.Groups["prefix"].Value;
                found.TryAdd(prefix, new Naming(prefix, "torchvision's and timm's names", OfTorchvision));
            }
            else if (Transformers().Match(tensor.Name) is { Success: true } transformers)
            {
                prefix = transformers.Groups["prefix"].Value;
                found.TryAdd(prefix, new Naming(prefix, "names of Hugging Face's transformers", OfTransformers));
            }
            else if (Sequential().Match(tensor.Name) is { Success: true } sequential)
            {
                // Each stage begins alike; the first is the one of the lowest number.
                prefix = sequential.Groups["prefix"].Value;
                int stage = int.Parse(sequential.Groups["stage"].ValueSpan, CultureInfo.InvariantCulture);
                stages[prefix] = Math.Min(stage, stages.GetValueOrDefault(prefix, stage));
                found.TryAdd(
                    prefix, new Naming(prefix, "numbers of a Sequential, as lightly has them", name => OfSequential(name, stages[prefix])));
            }
        }

        return [.. found.Values];
    }

    // Networks for CIFAR call the way around a block shortcut.
    private static string? OfTorchvision(string name) =>
        TorchvisionPart().IsMatch(name) ? name.Replace(".shortcut.", ".downsample.", StringComparison.Ordinal) : null;

    private static string? OfTransformers(string name)
    {
        static string Last(string text) => text.Replace("convolution", "conv", StringComparison.Ordinal).Replace(
            "normalization", "bn", StringComparison.Ordinal);
        if (name.StartsWith("embedder.embedder.", StringComparison.Ordinal))
            return Numbered(Last(name["embedder.embedder.".Length..]), "1");
        Match block = TransformersBlock().Match(name);
        if (!block.Success)
            return null;
        string place =
            $"layer{int.Parse(block.Groups["stage"].ValueSpan, CultureInfo.InvariantCulture) + 1}.{block.Groups["block"].Value}.";
        string rest = Last(block.Groups["rest"].Value);
        return block.Groups["layer"].Success
            ? place + Numbered(rest, $"{int.Parse(block.Groups["layer"].ValueSpan, CultureInfo.InvariantCulture) + 1}")
            : place + "downsample." + rest.Replace("conv.", "0.", StringComparison.Ordinal).Replace("bn.", "1.", StringComparison.Ordinal);

        static string Numbered(string rest, string number) => rest.Insert(Math.Max(0, rest.IndexOf('.', StringComparison.Ordinal)), number);
    }

    // The children of a network in a row, as lightly has it: convolution, batch-norm, (ReLU, pooling,) four stages.
    private static string? OfSequential(string name, int first)
    {
        string[] parts = name.Split('.', 2);
        if (parts.Length < 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            return null;
        return index == 0 ? $"conv1.{parts[1]}"
            : index == 1 ? $"bn1.{parts[1]}"
            : index >= first && index < first + 4 ? OfTorchvision($"layer{index - first + 1}.{parts[1]}")
            : null;
    }

    [GeneratedRegex(@"^(?<prefix>(?:.*\.)?)layer1\.0\.conv1\.weight$")]
    private static partial Regex Torchvision();

    [GeneratedRegex(@"^(?:conv1|bn1|layer\d+)\.")]
    private static partial Regex TorchvisionPart();

    [GeneratedRegex(@"^(?<prefix>(?:.*\.)?)encoder\.stages\.0\.layers\.0\.layer\.0\.convolution\.weight$")]
    private static partial Regex Transformers();

    [GeneratedRegex(@"^encoder\.stages\.(?<stage>\d{1,3})\.layers\.(?<block>\d{1,4})\.(?:layer\.(?<layer>\d{1,3})|shortcut)\.(?<rest>.+)$")]
    private static partial Regex TransformersBlock();

    [GeneratedRegex(@"^(?<prefix>(?:.*\.)?)(?<stage>\d{1,3})\.0\.conv1\.weight$")]
    private static partial Regex Sequential();
}
