using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// Measures every layer of an encoder: coding rates on two fixed views of images trained on and of images never trained
/// on; where there are labels, the coding rate of the label partition and the accuracy of a linear probe and of nearest
/// neighbours, fitted on the probe images and measured on the test images.
/// </summary>
public sealed class LayerEvaluator
{
    private const int BatchSize = 256;

    // The views must be the same at every evaluation and for every seed of a run, so that curves compare.
    private const ulong ViewSeed = 0x4C65_7468_65;

    private readonly DataSplits data;
    private readonly ViewAugmenter augmenter;
    private readonly EvaluationOptions options;
    private readonly int threads;
    private readonly Device device;

    /// <summary>Prepares measuring.</summary>
    /// <param name="data">The three parts of the source.</param>
    /// <param name="augmenter">Renders views as in training, and plain images.</param>
    /// <param name="options">What to measure with.</param>
    /// <param name="threads">Threads that render.</param>
    /// <param name="device">Where the network is.</param>
    public LayerEvaluator(DataSplits data, ViewAugmenter augmenter, EvaluationOptions options, int threads, Device device)
    {
        options.Validate();
        this.data = data;
        this.augmenter = augmenter;
        this.options = options;
        this.threads = threads;
        this.device = device;
    }

    /// <summary>Measures every layer.</summary>
    /// <param name="method">The encoder with its projector; it is left in evaluation mode.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One record for each of <see cref="LayerFeatures.Names"/>.</returns>
    public IReadOnlyList<LayerQuality> Measure(SslMethod method, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> trained = TwoViews(method, data.Train, cancellation);
        IReadOnlyDictionary<string, Tensor> heldOut = TwoViews(method, data.Test, cancellation);
        bool labelled = data.Probe.Labels is not null && data.Test.Labels is not null && data.Probe.Labels.Distinct().Count() > 1;
        IReadOnlyDictionary<string, Tensor>? probe = labelled ? Plain(method, data.Probe, cancellation) : null;
        IReadOnlyDictionary<string, Tensor>? test = labelled ? Plain(method, data.Test, cancellation) : null;
        var knn = new KnnProbeOptions { Neighbours = options.Neighbours, Temperature = options.KnnTemperature };
        return
        [
            .. LayerFeatures.Names.Select(layer =>
            {
                cancellation.ThrowIfCancellationRequested();
                return new LayerQuality(
                    layer,
                    CodingRate.MeasureInstances(trained[layer], options.EpsilonSquared),
                    CodingRate.MeasureInstances(heldOut[layer], options.EpsilonSquared),
                    CollapseMonitor.Judge(trained[layer][0]),
                    labelled ? CodingRate.MeasureLabels(test![layer][0], data.Test.Labels!, options.EpsilonSquared) : null,
                    labelled ? LinearProbe.Measure(probe![layer][0], data.Probe.Labels!, test![layer][0], data.Test.Labels!) : null,
                    labelled ? KnnProbe.Measure(probe![layer][0], data.Probe.Labels!, test![layer][0], data.Test.Labels!, knn) : null);
            }),
        ];
    }

    private IReadOnlyDictionary<string, Tensor> TwoViews(SslMethod method, ImageSet images, CancellationToken cancellation)
    {
        // As many images of both parts: ΔR of seen and unseen images compares at equal m only.
        int count = Math.Min(options.RateImages, Math.Min(data.Train.Count, data.Test.Count));
        ImageSet some = images.Subset(images.Name, [.. Enumerable.Range(0, count)]);
        ulong seed = RandomStream.Derive(ViewSeed, (ulong)some.Count);
        return LayerFeatures.Collect(method, EvaluationBatches.FixedViews(some, augmenter, BatchSize / 2, seed, threads, cancellation: cancellation), device, cancellation);
    }

    private IReadOnlyDictionary<string, Tensor> Plain(SslMethod method, ImageSet images, CancellationToken cancellation) =>
        LayerFeatures.Collect(method, EvaluationBatches.Plain(images, augmenter, BatchSize, threads, cancellation), device, cancellation);
}
