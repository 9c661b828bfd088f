using Lethe.Data;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// A linear classifier of shapes, fitted where hue and texture give them away, and measured where these do, do not, and mislead.
/// </summary>
internal sealed class ShortcutModel(LinearClassifier classifier, double rho, ChangedImages images) : FittedModel
{
    public override string Checksum() => LinearModel.ChecksumOf(classifier);

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        double[] Hits(ImageSet changed) =>
            [
                .. classifier.Predict(encoder.Features(changed, cancellation)[Layer]).Zip(
                    changed.Labels!, (found, label) => found == label ? 1.0 : 0.0),
            ];
        return Score.OfShortcut(
            Hits(images.At(rho, test, encoder, cancellation)), Hits(test), Hits(images.At(-rho, test, encoder, cancellation)), seed);
    }

    protected override void Release()
    {
        // It holds no tensors.
    }
}
