using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// Clusters of the features, found without labels by <see cref="KMeans"/>, held against the classes.
/// </summary>
/// <remarks>
/// Centres are found on the probe images, and there each cluster is given the class that makes the most of them right, one cluster for each
/// class (<see cref="Assignment"/>). Test images go to the nearest centre. The field mostly clusters and matches the images that it
/// measures on, which gives higher accuracies; here nothing is fitted on test images.
/// </remarks>
/// <param name="options">How often k-means starts.</param>
internal sealed class ClusteringProtocol(ClusteringProtocolOptions options) : Protocol
{
    /// <summary>What fitted it, as in <see cref="FittedModel.Variant"/>.</summary>
    public const string Variant = "k-means";

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<ClusteringProtocolOptions>
    {
        Name = "clustering",
        Title = "Clustering",
        Summary = "k-means without labels, at each layer, compared with the classes: accuracy, NMI, ARI",
        Defaults = new ClusteringProtocolOptions(),
        Build = options => new ClusteringProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings() =>
        $"k-means of normalised features, k = number of classes, the best of {options.ClusterRestarts} starts by k-means++; centres and "
        + "the matching of clusters to classes (Hungarian) come from the images fitted on, test images go to the nearest centre. NMI with "
        + "the arithmetic mean of the entropies; ARI adjusted for chance.";

    /// <inheritdoc/>
    public override void Check(FittingImages images) => LabelCheck.Classes(images.Source, images.Probe, atLeast: 1, "clustering");

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        IReadOnlyList<int> labels = images.Probe.Labels!;
        int[] classes = [.. labels.Distinct().Order()];
        foreach (string layer in encoder.Layers)
        {
            yield return Model(layer);
        }

        ClusterModel Model(string layer)
        {
            using var scope = NewDisposeScope();
            Tensor rows = ClusterModel.Rows(encoder.Features(images.Probe, cancellation)[layer]);
            KMeans clusters = KMeans.Fit(rows, classes.Length, options.ClusterRestarts, seed, cancellation: cancellation);
            int[] found = clusters.Assign(rows);
            double[,] common = new double[classes.Length, classes.Length];
            for (int i = 0; i < found.Length; i++)
                common[found[i], Array.BinarySearch(classes, labels[i])]++;
            return new ClusterModel(clusters, [.. Assignment.Maximise(common).Select(column => classes[column])])
            {
                Variant = Variant, Layer = layer, FitCount = images.Probe.Count,
            };
        }
    }
}

/// <summary>Options of <see cref="ClusteringProtocol"/>.</summary>
internal sealed record ClusteringProtocolOptions : ProtocolOptions
{
    /// <summary>Restarts of k-means; the best one counts.</summary>
    [Limit(AtLeast = 1)]
    public int ClusterRestarts { get; init; } = 10;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() => this with { ClusterRestarts = 3 };
}
