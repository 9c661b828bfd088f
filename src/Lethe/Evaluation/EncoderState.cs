using System.IO.Hashing;
using System.Text;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>An encoder as protocols see it: weights that do not change, and what images must be like to enter it.</summary>
/// <remarks>
/// Features of a set of images are computed once: they are kept in memory until this is disposed, and in the store where there is one. Of
/// one thread at a time. Protocols are given one and do not dispose it.
/// </remarks>
public sealed class EncoderState : IDisposable
{
    private readonly ResNet backbone;
    private readonly Func<Tensor, Tensor>? project;
    private readonly bool untrained;
    private readonly FeatureStore? store;
    private readonly Dictionary<string, IReadOnlyDictionary<string, Tensor>> features = [];

    /// <summary>Takes a method's network in evaluation mode. It must not change while this is used.</summary>
    /// <param name="method">The network with its projector.</param>
    /// <param name="statistics">What images are normalised with.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="threads">Threads that render images, at least 1.</param>
    /// <param name="untrained">Whether its weights are fresh ones.</param>
    /// <param name="store">Where features are kept; null keeps them in memory alone.</param>
    internal EncoderState(
        SslMethod method, ChannelStatistics statistics, Device device, int threads, bool untrained, FeatureStore? store = null)
        : this(method, method.Backbone, method.Project, statistics, device, threads, untrained, store)
    {
    }

    /// <summary>Takes a backbone alone, as from a file, in evaluation mode. It must not change while this is used.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="statistics">What images are normalised with.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="threads">Threads that render images, at least 1.</param>
    /// <param name="untrained">Whether its weights are fresh ones.</param>
    /// <param name="store">Where features are kept; null keeps them in memory alone.</param>
    internal EncoderState(
        ResNet backbone, ChannelStatistics statistics, Device device, int threads, bool untrained, FeatureStore? store = null)
        : this(backbone, backbone, null, statistics, device, threads, untrained, store)
    {
    }

    private EncoderState(
        nn.Module whole, ResNet backbone, Func<Tensor, Tensor>? project, ChannelStatistics statistics, Device device, int threads,
        bool untrained, FeatureStore? store)
    {
        whole.eval();
        this.backbone = backbone;
        this.project = project;
        this.untrained = untrained;
        this.store = store;
        Statistics = statistics;
        Device = device;
        Threads = threads;
        Plain = PlainAt(backbone.ImageSize);
        Augmented = new ViewAugmenter(AugmentationOptions.Named("weak"), backbone.ImageSize, backbone.InputChannels, statistics);
        Weights = Checksum(whole.state_dict());
    }

    /// <summary>XXH3-128 of names, shapes and bits of all weights, in hexadecimal.</summary>
    public string Weights { get; }

    /// <summary>What images are normalised with: that of the images that the encoder was trained on, whatever it looks at.</summary>
    internal ChannelStatistics Statistics { get; }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>Threads that render images.</summary>
    public int Threads { get; }

    /// <summary>Layers that have features, early to late.</summary>
    public IReadOnlyList<string> Layers => project is null ? LayerNames.Backbone : LayerNames.All;

    /// <summary>Renders images to look at without anything random.</summary>
    internal ViewAugmenter Plain { get; }

    /// <summary>Renders such images in another size, since a network of convolutions takes any.</summary>
    /// <param name="size">Height and width, in pixels.</param>
    internal ViewAugmenter PlainAt(int size) =>
        new(AugmentationOptions.Named("none"), size, backbone.InputChannels, Statistics);

    /// <summary>Renders the views of training with labels: crops of three quarters of the area and more, flips.</summary>
    internal ViewAugmenter Augmented { get; }

    /// <summary>
    /// What happens to images of another size or of other channels before they enter, in words; empty where nothing does.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <returns>A sentence, or nothing.</returns>
    public string Conversion(ImageSet images)
    {
        var parts = new List<string>();

        // Scenes with masks enter as they are.
        if (images.Count > 0 && images.Masks is null && (images[0].Height != Plain.Size || images[0].Width != Plain.Size))
            parts.Add($"Images are resized to {Plain.Size} × {Plain.Size} pixels.");
        if (images.Channels == 3 && Plain.Channels == 1)
            parts.Add("Colour images enter as their luma (BT.601), since the encoder sees grey.");
        if (images.Channels == 1 && Plain.Channels == 3)
            parts.Add("Grey images enter copied into three channels, since the encoder sees colour.");
        return string.Join(' ', parts);
    }

    /// <summary>
    /// Features of every layer, float32, not normalised. The tensors belong to this: a protocol neither changes nor disposes them.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>By layer as <see cref="Layers"/> names them, [N, d] on the processor.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyDictionary<string, Tensor> Features(ImageSet images, CancellationToken cancellation = default)
    {
        string key = Key(images);
        if (features.TryGetValue(key, out IReadOnlyDictionary<string, Tensor>? known))
            return known;
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> Compute() =>
            Collect(EvaluationBatches.Plain(images, Plain, EvaluationBatches.SizeFor(Plain.Size), Threads, cancellation), cancellation)
                .ToDictionary(
                layer => layer.Key, layer => layer.Value[0].contiguous());
        IReadOnlyDictionary<string, Tensor> found = store is null ? Compute() : store.Get(key, Compute);
        foreach ((string name, Tensor layer) in found)
            LayerFeatures.RequireFinite(layer, name);
        foreach (Tensor layer in found.Values)
            layer.DetachFromDisposeScope();
        return features[key] = found;
    }

    /// <summary>Features of every layer of rendered views. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="batches">The views.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>By layer, [V, N, d] on the processor.</returns>
    internal IReadOnlyDictionary<string, Tensor> Collect(IEnumerable<ViewBatch> batches, CancellationToken cancellation = default) =>
        LayerFeatures.Collect(backbone, project, batches, Device, cancellation);

    /// <summary>Channels of the feature map of each layer of the backbone, early to late.</summary>
    public IReadOnlyList<int> MapChannels => backbone.Channels;

    /// <summary>
    /// Feature maps of every layer of the backbone, in evaluation mode and without gradient. Tensors belong to the caller's dispose scope.
    /// </summary>
    /// <param name="images">[N, C, H, W], normalised, on the device.</param>
    /// <returns>One [N, C′, H′, W′] for each layer.</returns>
    public IReadOnlyList<Tensor> Maps(Tensor images)
    {
        using IDisposable frozen = no_grad();
        return backbone.ForwardMaps(images);
    }

    /// <summary>
    /// A network of its own to fine-tune: these weights, or fresh ones of a seed where the encoder is untrained, so that draws from scratch
    /// differ in them too.
    /// </summary>
    /// <param name="seed">Decides fresh weights.</param>
    /// <returns>The network, on the device; the caller disposes it.</returns>
    public ResNet Copy(ulong seed)
    {
        using var scope = NewDisposeScope();
        manual_seed((long)(seed >> 1));
        var copy = new ResNet(backbone.Options, backbone.InputChannels, backbone.ImageSize);
        copy.to(Device);
        if (!untrained)
        {
            using IDisposable frozen = no_grad();
            copy.PlaceWhitening(backbone.Whitening is not null);
            Dictionary<string, Tensor> targets = copy.state_dict();
            foreach ((string name, Tensor value) in backbone.state_dict())
                targets[name].copy_(value);
        }

        Outlive(copy);
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor layer in features.Values.SelectMany(set => set.Values))
            layer.Dispose();
        features.Clear();
    }

    // Of bytes nothing, as before there were other samples.
    private IEnumerable<string> RangeKey => Statistics.Range.IsOfBytes ? [] : [$"{Statistics.Range.Samples} {Statistics.Range}"];

    private string Key(ImageSet images)
    {
        var hash = new XxHash128();
        IEnumerable<string> statistics = Statistics.Mean.Concat(Statistics.StandardDeviation).Select(x => Invariant($"{x:R}"));
        string what = string.Join(
            ' ', [Weights, Fingerprint.Of(images), $"{Plain.Size}", $"{Plain.Channels}", .. statistics, .. RangeKey, .. Layers]);
        hash.Append(Encoding.UTF8.GetBytes(what));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>
    /// Takes a module's tensors out of the dispose scope that it was made in, which would take the buffers of batch-norm with it.
    /// </summary>
    internal static void Outlive(nn.Module module)
    {
        foreach (Tensor tensor in module.state_dict().Values)
            tensor.DetachFromDisposeScope();
    }

    internal static string Checksum(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var scope = NewDisposeScope();
        var hash = new XxHash128();
        foreach ((string name, Tensor value) in tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes($"{name} {string.Join(',', value.shape)} "));
            hash.Append(value.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
