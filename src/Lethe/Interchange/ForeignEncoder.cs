using System.Globalization;
using System.IO.Hashing;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage.Weights;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>
/// An encoder from elsewhere: a ResNet's weights under torchvision's names, what else was in its file, and what was found. Nothing in the
/// file is executed, and reading it takes at most four times its bytes and 16 MiB.
/// </summary>
internal sealed class ForeignEncoder : IDisposable
{
    private static readonly string[] optimisers =
        ["optimizer", "optimizers", "optimizer_states", "optimiser", "optim", "lr_schedulers", "scaler"];

    private ForeignEncoder(
        string path, string prefix, string checksum, BackboneOptions backbone, int channels, IReadOnlyDictionary<string, Tensor> weights,
        IReadOnlyDictionary<string, Tensor> rest, EncoderFindings findings, ImageSettings settings)
    {
        Path = path;
        Prefix = prefix;
        Checksum = checksum;
        Backbone = backbone;
        InputChannels = channels;
        Weights = weights;
        Rest = rest;
        Findings = findings;
        Statistics = settings.Statistics;
        StatisticsFrom = settings.Statistics is null ? null : settings.Where;
        ImageSize = settings.ImageSize;
    }

    /// <summary>The file or folder, as it was given.</summary>
    public string Path { get; }

    /// <summary>What stands in front of the names of the encoder's tensors; empty of a graph.</summary>
    public string Prefix { get; }

    /// <summary>XXH3-128 of the file's bytes, of several files of their bytes in the order of their names: 32 hexadecimal digits.</summary>
    public string Checksum { get; }

    /// <summary>The network: its name, width and stem, which is small or large.</summary>
    public BackboneOptions Backbone { get; }

    /// <summary>1 for grey images, 3 for colour.</summary>
    public int InputChannels { get; }

    /// <summary>float32 by torchvision's names: all that the network takes but counters of batches.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>
    /// All other tensors but an optimiser's, by their own names, with the names of dictionaries around them in front where these are not
    /// those of the encoder; of the file's types. Heads, momentum encoders, classifiers, queues.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Rest { get; }

    /// <summary>What was found, used, left and assumed.</summary>
    public EncoderFindings Findings { get; }

    /// <summary>What images were normalised with, on the scale 0 to 1; null where nothing says it.</summary>
    public ChannelStatistics? Statistics { get; }

    /// <summary>Where <see cref="Statistics"/> stand, as <c>config.json</c>; null where nothing says them.</summary>
    public string? StatisticsFrom { get; }

    /// <summary>Height and width of the images it was made for, in pixels; null where nothing says it.</summary>
    public int? ImageSize { get; }

    /// <summary>Whether the last layer ends in a whitening.</summary>
    public bool IsWhitened => Weights.ContainsKey(ResNet.WhiteningTensors[0]);

    /// <summary>Reads an encoder.</summary>
    /// <param name="path">
    /// A safetensors, PyTorch or ONNX file; or a folder as Hugging Face and timm write it, with <c>config.json</c>.
    /// </param>
    /// <param name="options">What is expected of it.</param>
    /// <returns>The encoder; the caller disposes it.</returns>
    /// <exception cref="RunException">It cannot be used: what it is, and what to do.</exception>
    /// <exception cref="InvalidOptionException">An option cannot be used, or contradicts the file.</exception>
    public static ForeignEncoder Read(string path, ForeignOptions options)
    {
        options.Validate();
        ForeignPlace place = ForeignPlace.Of(path);
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using WeightFile file = WeightReader.Open(place.Files);
        var notes = new List<string>(file.Notes);
        LetheSettings? own = LetheSettings.Read(file.Metadata, path);
        ImageSettings settings = own?.Images(path) ?? place.Settings;
        notes.AddRange(settings.Notes);

        FoundBackbone found;
        string naming;
        IReadOnlyList<Naming> networks = [];
        Naming? chosen = null;
        IReadOnlyList<OnnxNode> before = [];
        if (file.Graph is not null)
        {
            (found, before) = OnnxBackbone.Find(path, file, notes);
            naming = "the graph's operations, whatever their names";
        }
        else
        {
            networks = Naming.Find(file.Tensors);
            if (networks.Count == 0)
                throw new RunException(OtherNetwork.Sentence(path, file.Tensors, file.Notes));
            chosen = EncoderChoice.Choose(path, networks, file.Tensors, options.Part, notes);
            found = Named(file.Tensors, chosen, own is { Whitened: true });
            naming = chosen.Words + (chosen.Prefix.Length == 0 ? "" : $" behind '{chosen.Prefix}'");
        }

        (BackboneOptions backbone, int channels) = BackboneShape.Recognise(path, found);
        RequireAsExpected(path, options, own, backbone);
        if (file.Graph is null && backbone.Stem == "small" && own is null)
            notes.Add(
                "assumed, as weights do not show it: its 3×3 stem has a stride of 1 and no max-pooling, as networks for small images have");
        if (file.Graph is not null && OnnxPreparation.Read(file, before, channels, notes) is { } inGraph)
            settings = settings with
            {
                Statistics = inGraph with { Range = settings.Statistics?.Range ?? IntensityRange.Bytes }, Where = "the graph",
            };
        bool whitened = own is { Whitened: true };
        if (whitened && !found.Tensors.ContainsKey(ResNet.WhiteningTensors[0]))
        {
            throw new RunException(
                $"{path} says that its features are whitened, and has no {string.Join(" and ", ResNet.WhiteningTensors)} under these "
                + "names. Give the encoder.safetensors of the undo, or its directory.");
        }

        if (whitened)
            notes.Add("the last layer ends in a whitening, which is part of the encoder");
        IReadOnlyList<(string Name, long[] Shape)> expected = BackboneShape.Expected(backbone, channels, whitened);
        Dictionary<string, Tensor> weights = BackboneWeights.Load(file, found, expected, notes);
        BackboneWeights.RequireFinite(path, weights);
        if (options.ChannelOrder == "bgr" && channels == 3)
        {
            weights["conv1.weight"] = weights["conv1.weight"].flip(1);
            notes.Add("the first convolution was turned from BGR to RGB, in which Lethe's images come"
                + (settings.Statistics is null ? "" : "; means and deviations are taken to be in the order red, green, blue"));
        }

        if (settings.Statistics is { } statistics && statistics.Mean.Count != channels)
        {
            notes.Add($"{settings.Where} normalises {statistics.Mean.Count} channels, and the encoder takes {channels}: not taken over");
            settings = settings with { Statistics = null };
        }

        HashSet<StoredTensor> used = new(found.Tensors.Values, ReferenceEqualityComparer.Instance);
        (Dictionary<string, Tensor> rest, IReadOnlyList<LeftTensors> left) = Remaining(file, used, chosen, networks);
        var findings = new EncoderFindings(file.Format, naming, file.Tensors.Count(used.Contains), left, notes);
        foreach (Tensor tensor in weights.Values.Concat(rest.Values))
            tensor.DetachFromDisposeScope();
        return new ForeignEncoder(path, chosen?.Prefix ?? "", HashOf(place.Files), backbone, channels, weights, rest, findings, settings);
    }

    /// <summary>Makes the network with these weights.</summary>
    /// <param name="imageSize">Height and width of the images it is to see, in pixels.</param>
    /// <returns>The network on the processor, in evaluation mode; the caller disposes it.</returns>
    public ResNet CreateNetwork(int imageSize)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        var network = new ResNet(Backbone, InputChannels, imageSize);
        Fill(network);
        foreach (Tensor target in network.state_dict().Values)
            target.DetachFromDisposeScope();
        network.eval();
        return network;
    }

    /// <summary>Puts the weights into a network.</summary>
    /// <param name="network">A network of <see cref="Backbone"/> and <see cref="InputChannels"/>, on any device.</param>
    public void Fill(ResNet network)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        network.PlaceWhitening(IsWhitened);
        foreach ((string name, Tensor target) in network.state_dict())
        {
            if (Weights.TryGetValue(name, out Tensor? value))
                target.copy_(value);
        }
    }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Weights.Values.Concat(Rest.Values))
            tensor.Dispose();
    }

    private static FoundBackbone Named(IReadOnlyList<StoredTensor> tensors, Naming naming, bool whitened)
    {
        var named = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (StoredTensor tensor in tensors)
        {
            if (!tensor.Name.StartsWith(naming.Prefix, StringComparison.Ordinal))
                continue;
            string rest = tensor.Name[naming.Prefix.Length..];
            if (naming.Rename(rest) is { } name)
                named[name] = tensor;
            else if (whitened && ResNet.WhiteningTensors.Contains(rest))
                named[rest] = tensor;
        }

        return new FoundBackbone(named, new Dictionary<string, double>());
    }

    private static void RequireAsExpected(string path, ForeignOptions options, LetheSettings? own, BackboneOptions found)
    {
        (string Flag, string? Asked, string Found)[] flags =
        [
            ("--backbone", options.Backbone == "auto" ? null : options.Backbone, found.Backbone),
            ("--width", options.Width == 0 ? null : Invariant($"{options.Width}"), Invariant($"{found.Width}")),
            ("--stem", options.Stem == "auto" ? null : options.Stem, found.Stem),
        ];
        string[] contradicted =
        [
            .. flags.Where(flag => flag.Asked is not null && flag.Asked != flag.Found)
                .Select(flag => $"{flag.Flag} {flag.Asked}, and the file holds {flag.Found}"),
        ];
        if (contradicted.Length > 0)
            throw new InvalidOptionException($"{path}: {string.Join("; ", contradicted)}. Leave the option out, or give another file.");
        if (own is { Backbone: not null } && (own.Backbone, own.Width, own.Stem) != (found.Backbone, found.Width, found.Stem))
        {
            throw new RunException(
                $"{path} says that it holds a {own.Backbone} of width {own.Width} with a {own.Stem} stem, and its tensors are a "
                + $"{found.Backbone} "
                + $"of width {found.Width} with a {found.Stem} one. It has been altered: restore it from a copy.");
        }
    }

    private static (Dictionary<string, Tensor> Others, IReadOnlyList<LeftTensors> Left) Remaining(
        WeightFile file, HashSet<StoredTensor> used, Naming? chosen, IReadOnlyList<Naming> networks)
    {
        var rest = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var left = new OrderedDictionary<(string Group, string Why), int>();
        string container = file.Tensors.FirstOrDefault(used.Contains) is { } first ? first.Name[..first.ContainerLength] : "";
        foreach (StoredTensor tensor in file.Tensors.Where(tensor => !used.Contains(tensor)))
        {
            bool own = tensor.Name.StartsWith(container, StringComparison.Ordinal);
            (string Group, string Why) group = LeftGroups.Of(tensor, own ? container : "", chosen, networks);
            left[group] = left.GetValueOrDefault(group) + 1;
            if (tensor.Kind is not null && !optimisers.Contains(tensor.Name.Split('.', '/')[0]))
                rest[own ? tensor.Name[container.Length..] : tensor.Name] = file.Load(tensor);
        }

        return (rest, [.. left.Select(group => new LeftTensors(group.Key.Group, group.Value, group.Key.Why))]);
    }

    private static string HashOf(IReadOnlyList<string> files)
    {
        var hash = new XxHash128();
        foreach (string file in files)
        {
            using FileStream stream = WeightStream.Open(file);
            hash.Append(stream);
        }

        return hash.GetCurrentHashAsUInt128().ToString("x32", CultureInfo.InvariantCulture);
    }
}
