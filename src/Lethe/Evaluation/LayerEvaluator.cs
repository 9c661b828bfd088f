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
/// on, how well these views tell which are which, and all that needs neither labels nor a partition; where there are labels, the coding
/// rate of the label partition and the accuracy of a linear probe and of nearest neighbours. Probes are fitted twice: on images never
/// trained on and on as many that were; both are measured on the same images never trained on, the first on images trained on too.
/// </summary>
internal sealed class LayerEvaluator
{
    // The views must be the same at every evaluation and for every seed of a run, so that curves compare.
    private const ulong ViewSeed = 0x4C65_7468_65;

    private readonly EvaluatedImages images;
    private readonly IReadOnlyList<(int[] Fitted, int[] Measured)> folds;
    private readonly ImageSet? seenBank;
    private readonly ViewAugmenter augmenter;
    private readonly EvaluationOptions options;
    private readonly int threads;
    private readonly Device device;
    private Action<int>? passed; // told of the images of each batch; work on one run is done by one thread at a time

    /// <summary>Prepares measuring.</summary>
    /// <param name="images">What to measure, and what to fit probes on.</param>
    /// <param name="augmenter">Renders views as in training, and plain images.</param>
    /// <param name="options">What to measure with.</param>
    /// <param name="threads">Threads that render.</param>
    /// <param name="device">Where the network is.</param>
    public LayerEvaluator(EvaluatedImages images, ViewAugmenter augmenter, EvaluationOptions options, int threads, Device device)
    {
        options.Validate();
        this.images = images;
        folds = images.Folds();
        seenBank = images.SeenBank();
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
        (ImageSet seen, ImageSet unseen, ImageSet? bank) = images;

        // As many images of both parts: what is measured of seen and unseen images compares at equal m only.
        int most = Math.Min(seen.Count, unseen.Count), rateImages = Math.Min(options.RateImages, most),
            lidarImages = Math.Min(options.LidarImages, most);
        bool sameViews = options.LidarViews == 2 && lidarImages <= rateImages, labelled = images.Labelled;
        int done = 0, total = (4 * rateImages) + (sameViews ? 0 : 2 * options.LidarViews * lidarImages)
            + (labelled ? unseen.Count + (bank?.Count ?? 0) + (seenBank?.Count ?? 0) : 0);
        passed = tell is null ? null : count => tell(done += count, total);
        passed?.Invoke(0);
        IReadOnlyDictionary<string, Tensor> trained = FeaturesOfViews(method, seen, rateImages, 2, cancellation);
        IReadOnlyDictionary<string, Tensor> heldOut = FeaturesOfViews(method, unseen, rateImages, 2, cancellation);
        foreach (string layer in LayerNames.All)
        {
            LossCheck.RequireFinite(trained[layer], $"features of {layer}", place, advice);
            LossCheck.RequireFinite(heldOut[layer], $"features of {layer}", place, advice);
        }

        IReadOnlyDictionary<string, Tensor>? lidarTrained = sameViews ? null : FeaturesOfViews(
            method, seen, lidarImages, options.LidarViews, cancellation);
        IReadOnlyDictionary<string, Tensor>? lidarHeldOut = sameViews ? null : FeaturesOfViews(
            method, unseen, lidarImages, options.LidarViews, cancellation);
        IReadOnlyDictionary<string, Tensor>? plain = labelled ? Plain(method, unseen, cancellation) : null;
        IReadOnlyDictionary<string, Tensor>? plainBank = labelled && bank is not null ? Plain(method, bank, cancellation) : plain;
        IReadOnlyDictionary<string, Tensor>? plainSeen = seenBank is null ? null : Plain(method, seenBank, cancellation);
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
                    labelled ? CodingRate.MeasureLabels(plain![layer][0], unseen.Labels!, options.EpsilonSquared) : null,
                    null,
                    null)
                {
                    TrainedFeatures = FeatureMeasures.Of(
                        trained[layer], lidarTrained?[layer] ?? trained[layer].narrow(1, 0, lidarImages)),
                    HeldOutFeatures = FeatureMeasures.Of(
                        heldOut[layer], lidarHeldOut?[layer] ?? heldOut[layer].narrow(1, 0, lidarImages)),
                    MembershipAuc = Membership.Auc(trained[layer], heldOut[layer]),
                };
                return folds.Count == 0 ? quality : Probed(
                    quality, new(plain![layer][0], unseen.Labels!), new(plainBank![layer][0], (bank ?? unseen).Labels!),
                    seenBank is null ? null : new(plainSeen![layer][0], seenBank.Labels!));
            }),
        ];
    }

    private LayerQuality Probed(LayerQuality quality, LabelledRows unseen, LabelledRows bank, LabelledRows? seen)
    {
        var knn = new KnnProbeOptions { Neighbours = options.Neighbours, Temperature = options.KnnTemperature };
        LinearProbeResult? linearTrained = null;
        KnnProbeResult? knnTrained = null;
        var linear = new List<(int[], LinearProbeResult)>();
        var near = new List<(int[], KnnProbeResult)>();
        foreach ((int fold, (int[] fitted, int[] measured)) in folds.Index())
        {
            LabelledRows fit = bank.At(fitted), rows = unseen.At(measured);
            LabelledRows[] tests = fold == 0 && seen is not null ? [rows, seen] : [rows];
            IReadOnlyList<LinearProbeResult> found = LinearProbe.MeasureEach(
                fit.Features, fit.Labels, [.. tests.Select(test => (test.Features, test.Labels))]);
            KnnProbeResult[] nearest =
                [.. tests.Select(test => KnnProbe.Measure(fit.Features, fit.Labels, test.Features, test.Labels, knn))];
            linear.Add((measured, found[0]));
            near.Add((measured, nearest[0]));
            linearTrained ??= found.ElementAtOrDefault(1);
            knnTrained ??= nearest.ElementAtOrDefault(1);
        }

        bool isBank = seen?.Labels.Distinct().Count() > 1;
        return quality with
        {
            Linear = LinearProbeResult.Join(linear),
            Knn = KnnProbeResult.Join(near),
            LinearTrained = linearTrained,
            KnnTrained = knnTrained,
            LinearSeenBank = isBank ? LinearProbe.Measure(seen!.Features, seen.Labels, unseen.Features, unseen.Labels) : null,
            KnnSeenBank = isBank ? KnnProbe.Measure(seen!.Features, seen.Labels, unseen.Features, unseen.Labels, knn) : null,
        };
    }

    private static ImageSet First(ImageSet images, int count) => images.Subset(images.Name, [.. Enumerable.Range(0, count)]);

    private IReadOnlyDictionary<string, Tensor> FeaturesOfViews(
        SslMethod method, ImageSet part, int count, int views, CancellationToken cancellation)
    {
        ulong seed = RandomStream.Derive(ViewSeed, (ulong)count);
        return LayerFeatures.Collect(
            method,
            Told(EvaluationBatches.FixedViews(
                First(part, count), augmenter, Math.Max(
                    1, EvaluationBatches.SizeFor(augmenter.Size) / views), seed, threads, views, cancellation)),
            device,
            cancellation);
    }

    private IReadOnlyDictionary<string, Tensor> Plain(SslMethod method, ImageSet part, CancellationToken cancellation) =>
        LayerFeatures.Collect(
            method, Told(EvaluationBatches.Plain(part, augmenter, EvaluationBatches.SizeFor(augmenter.Size), threads, cancellation)),
            device, cancellation);

    private IEnumerable<ViewBatch> Told(IEnumerable<ViewBatch> batches)
    {
        foreach (ViewBatch batch in batches)
        {
            yield return batch;
            passed?.Invoke(batch.N * batch.ViewsPerImage);
        }
    }

    private sealed record LabelledRows(Tensor Features, IReadOnlyList<int> Labels)
    {
        public LabelledRows At(int[] places) => new(
            Features.index_select(0, tensor(places.Select(place => (long)place).ToArray())), [.. places.Select(place => Labels[place])]);
    }
}
