using System.IO.Hashing;
using System.Runtime.InteropServices;
using Lethe.Data;

namespace Lethe.Evaluation.Protocols;

/// <summary>A linear classifier on the features of a layer.</summary>
internal sealed class LinearModel(LinearClassifier classifier) : FittedModel
{
    /// <summary>Fits logistic regression on the frozen features of a layer.</summary>
    public static LinearModel Fit(EncoderState encoder, ImageSet images, string layer, ulong seed, CancellationToken cancellation)
    {
        LinearClassifier classifier = LogisticRegression.Fit(
            encoder.Features(images, cancellation)[layer], images.Labels!, new LogisticRegressionOptions { Seed = seed }, cancellation);
        return new LinearModel(classifier)
        {
            Variant = LinearProtocol.Variant, Layer = layer, FitCount = images.Count, Strength = classifier.Strength,
        };
    }

    /// <summary>Fits one for each layer.</summary>
    public static IEnumerable<LinearModel> FitEach(EncoderState encoder, ImageSet images, ulong seed, CancellationToken cancellation) =>
        encoder.Layers.Select(layer => Fit(encoder, images, layer, seed, cancellation));

    public override string Checksum() => ChecksumOf(classifier);

    /// <summary>XXH3-128 of all numbers of a classifier.</summary>
    public static string ChecksumOf(LinearClassifier classifier)
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes<int>(classifier.Classes));
        foreach (double[] values in new[] { classifier.Mean, classifier.Scale, classifier.Weights, classifier.Bias, [classifier.Strength] })
            hash.Append(MemoryMarshal.AsBytes<double>(values));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation) =>
        [Score.OfLabels(classifier.Predict(encoder.Features(test, cancellation)[Layer]), test.Labels!)];

    protected override void Release()
    {
        // It holds no tensors.
    }
}
