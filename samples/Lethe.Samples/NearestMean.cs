using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Evaluation.Protocols;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Samples;

/// <summary>
/// A protocol of another assembly: each test image gets the class whose mean feature is nearest to its own, in every layer.
/// </summary>
/// <param name="options">Its options.</param>
public sealed class NearestMean(NearestMeanOptions options) : Protocol
{
    /// <summary>How it is chosen and listed.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<NearestMeanOptions>
    {
        Name = "nearest-mean",
        Title = "Nearest class mean",
        Summary = "whether classes are round clouds",
        Defaults = new NearestMeanOptions(),
        Build = chosen => new NearestMean(chosen),
    };

    /// <inheritdoc/>
    public override string Settings() => $"The nearest of the classes' means, each of {options.MeanImages} probe images at most.";

    /// <inheritdoc/>
    public override void Check(FittingImages images)
    {
        if (images.Probe.Labels is null)
            throw new DataException($"The images of {images.Source} have no labels; means of classes need them.");
        if (images.Probe.Labels.Distinct().ToArray() is [int only])
            throw new DataException(
                $"The images of {images.Source} are all of class '{images.Probe.ClassNames![only]}'; expected two at least.");
    }

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        IReadOnlyList<int> labels = images.Probe.Labels!;
        IReadOnlyDictionary<string, Tensor> features = encoder.Features(images.Probe, cancellation);
        foreach (string layer in encoder.Layers)
        {
            float[][] rows = Rows(features[layer]);
            var means = new SortedDictionary<int, float[]>();
            int used = 0;
            foreach (IGrouping<int, int> members in Enumerable.Range(0, rows.Length).GroupBy(i => labels[i]))
            {
                int[] taken = [.. members.Take(options.MeanImages)];
                used += taken.Length;
                means[members.Key] = [.. Enumerable.Range(0, rows[0].Length).Select(feature => taken.Average(i => rows[i][feature]))];
            }

            yield return new Model(means) { Variant = "nearest mean", Layer = layer, FitCount = used };
        }
    }

    private static float[][] Rows(Tensor features) => [.. features.data<float>().ToArray().Chunk((int)features.shape[1])];

    private sealed class Model(SortedDictionary<int, float[]> means) : FittedModel
    {
        public override string Checksum() => Convert.ToHexStringLower(
            SHA256.HashData([.. means.SelectMany(mean => MemoryMarshal.AsBytes<float>(mean.Value).ToArray())]));

        public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
        {
            float[][] rows = Rows(encoder.Features(test, cancellation)[Layer]);
            int hits = rows.Where((row, i) => means.MinBy(mean => Distance(row, mean.Value)).Key == test.Labels![i]).Count();
            return [new Score(Score.Accuracy, (double)hits / test.Count, ConfidenceInterval.Wilson(hits, test.Count))];
        }

        protected override void Release()
        {
            // It holds no tensor.
        }

        private static double Distance(float[] x, float[] y) => x.Zip(y, (a, b) => (double)(a - b) * (a - b)).Sum();
    }
}

/// <summary>Options of <see cref="NearestMean"/>.</summary>
public sealed record NearestMeanOptions : ProtocolOptions
{
    /// <summary>Images of each class that its mean is taken of, at most.</summary>
    [Limit(AtLeast = 2, Unit = "images")]
    public int MeanImages { get; init; } = 1000;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() => this with { MeanImages = 100 };
}
