using System.Globalization;
using System.Text.RegularExpressions;
using Lethe.Data;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage.Weights;

namespace Lethe.Interchange;

/// <summary>
/// Recognises depth, width, stem and channels of a residual network by names and shapes, and says what it is where it is another.
/// </summary>
internal static partial class BackboneShape
{
    private const int Shown = 4;

    /// <summary>Recognises a network.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="found">Its tensors.</param>
    /// <returns>Which network, and the channels of its images.</returns>
    /// <exception cref="RunException">It is a network that Lethe does not have: which, and what to do.</exception>
    public static (BackboneOptions Backbone, int InputChannels) Recognise(string path, FoundBackbone found)
    {
        IReadOnlyDictionary<string, StoredTensor> tensors = found.Tensors;
        if (OtherResNet.Reason(tensors) is { } other)
            throw new RunException($"{path} holds {other}. Lethe has the ResNets of He 2016: {string.Join(", ", BackboneOptions.Names)}.");
        if (!tensors.TryGetValue("conv1.weight", out StoredTensor? first) || first.Shape.Length != 4)
            throw new RunException(
                $"{path} holds a network without its first convolution ('conv1.weight'). Give a file of the whole network.");
        int width = (int)Math.Min(first.Shape[0], int.MaxValue), channels = (int)Math.Min(first.Shape[1], int.MaxValue);
        int[] blocks = [.. Enumerable.Range(1, 4).Select(stage => Blocks(tensors.Keys, stage))];
        bool bottleneck = tensors.ContainsKey("layer1.0.conv3.weight");
        if (channels is < 1 or > Image.MostChannels)
        {
            throw new RunException(
                $"{path} holds a network for images of {channels} channels; Lethe's have 1 to {Image.MostChannels}. Give one of these.");
        }

        bool large = first.Shape[2] == 7;
        string[] depths =
        [
            .. ResNet.Depths.Where(depth => depth.Value.Bottleneck == bottleneck && depth.Value.Blocks.SequenceEqual(blocks))
                .Select(depth => depth.Key),
        ];
        if (depths.Length == 0)
        {
            string kind = bottleneck ? "bottlenecks" : "basic blocks";
            throw new RunException(
                $"{path} holds a ResNet of {string.Join(", ", blocks)} {kind} in its stages, which is none of "
                + $"{string.Join(", ", BackboneOptions.Names)}. If it should be one of these, the file is incomplete: save it again.");
        }

        if (width is < 4 or > 512)
            throw new RunException($"{path} holds a {depths[0]} of width {width}; Lethe has widths from 4 to 512.");
        var options = new BackboneOptions { Backbone = depths[0], Width = width, Stem = large ? "large" : "small" };
        Check(path, found, Expected(options, channels, tensors.ContainsKey(ResNet.WhiteningTensors[0])), options);
        return (options, channels);
    }

    /// <summary>Names and shapes of a network's tensors, but for counters of batches.</summary>
    /// <param name="options">The network, its stem not auto.</param>
    /// <param name="channels">Channels of its images.</param>
    /// <param name="whitened">Whether its last layer ends in a whitening.</param>
    /// <returns>In the order of the network.</returns>
    public static IReadOnlyList<(string Name, long[] Shape)> Expected(BackboneOptions options, int channels, bool whitened = false)
    {
        var expected = new List<(string, long[])>();
        (IReadOnlyList<int> blocks, bool bottleneck) = ResNet.Depths[options.Backbone];
        long width = options.Width, kernel = options.Stem == "large" ? 7 : 3;
        Convolution("conv1", width, channels, kernel);
        long current = width;
        for (int stage = 0; stage < blocks.Count; stage++)
        {
            long inner = width << stage, outer = bottleneck ? 4 * inner : inner;
            for (int block = 0; block < blocks[stage]; block++)
            {
                string place = $"layer{stage + 1}.{block}.";
                Convolution(place + "conv1", inner, current, bottleneck ? 1 : 3);
                Convolution(place + "conv2", inner, inner, 3);
                if (bottleneck)
                    Convolution(place + "conv3", outer, inner, 1);
                if (block == 0 && (stage > 0 || current != outer))
                    Convolution(place + "downsample.0", outer, current, 1);
                current = outer;
            }
        }

        if (whitened)
            expected.AddRange([(ResNet.WhiteningTensors[0], [current, current]), (ResNet.WhiteningTensors[1], [current])]);
        return expected;

        void Convolution(string name, long output, long input, long size)
        {
            expected.Add((name + ".weight", [output, input, size, size]));
            foreach (string part in FoundBackbone.NormParts)
                expected.Add(($"{FoundBackbone.NormOf(name)}.{part}", [output]));
        }
    }

    private static void Check(
        string path, FoundBackbone found, IReadOnlyList<(string Name, long[] Shape)> expected, BackboneOptions options)
    {
        IReadOnlyDictionary<string, StoredTensor> tensors = found.Tensors;
        HashSet<string> folded =
        [
            .. expected.Where(entry => entry.Shape.Length == 4).Select(entry => entry.Name[..^".weight".Length])
                .Where(name => tensors.ContainsKey(name + ".bias") && !tensors.ContainsKey(FoundBackbone.NormOf(name) + ".weight"))
                .Select(FoundBackbone.NormOf),
        ];
        bool IsFolded(string name) => folded.Contains(name[..name.LastIndexOf('.')]);
        string[] missing =
            [.. expected.Where(entry => !tensors.ContainsKey(entry.Name) && !IsFolded(entry.Name)).Select(entry => entry.Name)];
        HashSet<string> known = [.. expected.Select(entry => entry.Name)];
        string[] unknown =
        [
            .. tensors.Keys.Where(name => !known.Contains(name) && !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)
                && !(name.EndsWith(".bias", StringComparison.Ordinal) && known.Contains(name[..^4] + "weight"))),
        ];
        string[] shapes =
        [
            .. expected.Where(
                entry => tensors.TryGetValue(entry.Name, out StoredTensor? tensor) && !tensor.Shape.SequenceEqual(entry.Shape))
                .Select(entry => $"{entry.Name} is {tensors[entry.Name].ShapeWords} and not [{string.Join(", ", entry.Shape)}]"),
        ];
        string[] types =
        [
            .. expected.Where(entry => tensors.TryGetValue(entry.Name, out StoredTensor? tensor)
                && tensor.Type is var type && !IsFloat(tensor)).Select(entry => $"{entry.Name} is of type {tensors[entry.Name].Type}"),
        ];
        string[] problems =
        [
            .. missing.Length == 0 ? Array.Empty<string>() : [$"missing {List(missing)}"],
            .. unknown.Length == 0 ? Array.Empty<string>() : [$"not of this network {List(unknown)}"],
            .. shapes.Length == 0 ? Array.Empty<string>() : [$"of another shape {List(shapes)}"],
            .. types.Length == 0 ? Array.Empty<string>() : [$"of no floating-point type {List(types)}"],
        ];
        if (problems.Length > 0)
        {
            throw new RunException(
                $"{path} looks like a {options.Backbone} of width {options.Width} and is not one: {string.Join("; ", problems)}. Save the "
                + "whole "
                + "state_dict of a ResNet with torchvision's names.");
        }
    }

    private static bool IsFloat(StoredTensor tensor) => tensor.Kind is TorchSharp.torch.ScalarType.Float32
        or TorchSharp.torch.ScalarType.Float16 or TorchSharp.torch.ScalarType.BFloat16 or TorchSharp.torch.ScalarType.Float64;

    private static int Blocks(IEnumerable<string> names, int stage) => names.Select(name => Block().Match(name))
        .Where(match => match.Success && match.Groups["stage"].ValueSpan is [var digit] && digit - '0' == stage)
        .Select(match => int.Parse(match.Groups["block"].ValueSpan, CultureInfo.InvariantCulture) + 1)
        .DefaultIfEmpty(0).Max();

    private static string List(string[] names) =>
        string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? $" and {names.Length - Shown} more" : "");

    [GeneratedRegex(@"^layer(?<stage>\d)\.(?<block>\d{1,4})\.")]
    private static partial Regex Block();
}
