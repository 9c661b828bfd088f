using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// Measures every layer of an encoder: coding rates on two fixed views of images trained on and of images never trained
/// on, and all that needs neither labels nor a partition; where there are labels, the coding rate of the label partition and
/// the accuracy of a linear probe and of nearest neighbours, fitted on the probe images and measured on the test images and
/// on images trained on.
/// </summary>
internal sealed class LayerEvaluator
{
    // The views must be the same at every evaluation and for every seed of a run, so that curves compare.
    private const ulong ViewSeed = 0x4C65_7468_65;

    private readonly DataSplits data;
    private readonly ViewAugmenter augmenter;
    private readonly EvaluationOptions options;
    private readonly int threads;
    private readonly Device device;
    private Action<int>? passed; // told of the images of each batch; work on one run is done by one thread at a time

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
    /// <returns>One record for each of <see cref="LayerNames.All"/>.</returns>
    /// <exception cref="Runtime.TrainingException">Features are not finite.</exception>
    public IReadOnlyList<LayerQuality> Measure(SslMethod method, CancellationToken cancellation = default) =>
        Measure(method, "the evaluation", LossCheck.OfPretraining, null, cancellation);

    /// <summary>Measures every layer in the course of a training.</summary>
    /// <param name="method">The encoder with its projector; it is left in evaluation mode.</param>
    /// <param name="place">Where in training, for the message where it has diverged.</param>
    /// <param name="advice">What helps then.</param>
    /// <param name="tell">Told how many of all images have been through the network; null tells nobody.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One record for each of <see cref="LayerNames.All"/>.</returns>
    /// <exception cref="Runtime.TrainingException">Features are not finite.</exception>
    public IReadOnlyList<LayerQuality> Measure(
        SslMethod method, string place, string advice, Action<int, int>? tell, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        // As many images of both parts: what is measured of seen and unseen images compares at equal m only.
        int most = Math.Min(data.Train.Count, data.Test.Count), images = Math.Min(options.RateImages, most),
            lidarImages = Math.Min(options.LidarImages, most);
        bool sameViews = options.LidarViews == 2 && lidarImages <= images;
        bool labelled = data.Probe.Labels is not null && data.Test.Labels is not null && data.Probe.Labels.Distinct().Count() > 1;
        int done = 0, total = (4 * images) + (sameViews ? 0 : 2 * options.LidarViews * lidarImages)
            + (labelled ? data.Probe.Count + data.Test.Count + (data.Train.Labels is null ? 0 : images) : 0);
        passed = tell is null ? null : count => tell(done += count, total);
        passed?.Invoke(0);
        IReadOnlyDictionary<string, Tensor> trained = FeaturesOfViews(method, data.Train, images, 2, cancellation);
        IReadOnlyDictionary<string, Tensor> heldOut = FeaturesOfViews(method, data.Test, images, 2, cancellation);
        foreach (string layer in LayerNames.All)
        {
            LossCheck.RequireFinite(trained[layer], $"features of {layer}", place, advice);
            LossCheck.RequireFinite(heldOut[layer], $"features of {layer}", place, advice);
        }

        IReadOnlyDictionary<string, Tensor>? lidarTrained = sameViews ? null : FeaturesOfViews(
            method, data.Train, lidarImages, options.LidarViews, cancellation);
        IReadOnlyDictionary<string, Tensor>? lidarHeldOut = sameViews ? null : FeaturesOfViews(
            method, data.Test, lidarImages, options.LidarViews, cancellation);
        IReadOnlyDictionary<string, Tensor>? probe = labelled ? Plain(method, data.Probe, cancellation) : null;
        IReadOnlyDictionary<string, Tensor>? test = labelled ? Plain(method, data.Test, cancellation) : null;
        ImageSet? seenImages = labelled && data.Train.Labels is not null ? First(data.Train, images) : null;
        IReadOnlyDictionary<string, Tensor>? seen = seenImages is null ? null : Plain(method, seenImages, cancellation);
        var knn = new KnnProbeOptions { Neighbours = options.Neighbours, Temperature = options.KnnTemperature };
        return
        [
            .. LayerNames.All.Select(layer =>
            {
                cancellation.ThrowIfCancellationRequested();
                using var layerScope = NewDisposeScope();
                var quality = new LayerQuality(
                    layer,
                    CodingRate.MeasureInstances(trained[layer], options.EpsilonSquared),
                    CodingRate.MeasureInstances(heldOut[layer], options.EpsilonSquared),
                    CollapseMonitor.Judge(trained[layer][0]),
                    labelled ? CodingRate.MeasureLabels(test![layer][0], data.Test.Labels!, options.EpsilonSquared) : null,
                    null,
                    null)
                {
                    TrainedGeometry = FeatureGeometry.Measure(
                        trained[layer], lidarTrained?[layer] ?? trained[layer].narrow(1, 0, lidarImages)),
                    HeldOutGeometry = FeatureGeometry.Measure(
                        heldOut[layer], lidarHeldOut?[layer] ?? heldOut[layer].narrow(1, 0, lidarImages)),
                };
                if (!labelled)
                    return quality;

                (Tensor Features, IReadOnlyList<int> Labels)[] tests = seen is null
                    ? [(test![layer][0], data.Test.Labels!)]
                    : [(test![layer][0], data.Test.Labels!), (seen[layer][0], seenImages!.Labels!)];
                IReadOnlyList<LinearProbeResult> linear = LinearProbe.MeasureEach(probe![layer][0], data.Probe.Labels!, tests);
                KnnProbeResult[] near =
                    [.. tests.Select(part => KnnProbe.Measure(probe[layer][0], data.Probe.Labels!, part.Features, part.Labels, knn))];
                return quality with
                {
                    Linear = linear[0],
                    Knn = near[0],
                    LinearTrained = linear.ElementAtOrDefault(1),
                    KnnTrained = near.ElementAtOrDefault(1),
                };
            }),
        ];
    }

    private static ImageSet First(ImageSet images, int count) => images.Subset(images.Name, [.. Enumerable.Range(0, count)]);

    private IReadOnlyDictionary<string, Tensor> FeaturesOfViews(
        SslMethod method, ImageSet images, int count, int views, CancellationToken cancellation)
    {
        ulong seed = RandomStream.Derive(ViewSeed, (ulong)count);
        return LayerFeatures.Collect(
            method,
            Told(EvaluationBatches.FixedViews(
                First(images, count), augmenter, Math.Max(
                    1, EvaluationBatches.SizeFor(augmenter.Size) / views), seed, threads, views, cancellation)),
            device,
            cancellation);
    }

    private IReadOnlyDictionary<string, Tensor> Plain(SslMethod method, ImageSet images, CancellationToken cancellation) =>
        LayerFeatures.Collect(
            method, Told(EvaluationBatches.Plain(images, augmenter, EvaluationBatches.SizeFor(augmenter.Size), threads, cancellation)),
            device, cancellation);

    private IEnumerable<ViewBatch> Told(IEnumerable<ViewBatch> batches)
    {
        foreach (ViewBatch batch in batches)
        {
            yield return batch;
            passed?.Invoke(batch.N * batch.ViewsPerImage);
        }
    }
}
