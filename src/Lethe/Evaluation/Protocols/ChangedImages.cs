using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// Changed copies of the test images of the causal reading, and how far their pixels moved. The layers share them, so they are drawn once.
/// </summary>
internal sealed class ChangedImages
{
    private readonly Dictionary<(ImageSet Test, string Change), ImageSet> drawn = [];
    private readonly Dictionary<ImageSet, double[]> pixels = [];

    /// <summary>The test images under an intervention.</summary>
    public ImageSet Under(IReadOnlyList<CausalFactor> changed, ImageSet test, EncoderState encoder, CancellationToken cancellation) =>
        Get(test, $"do {string.Join(' ', changed)}", () => CausalTestImages.Intervened(test, changed), encoder, cancellation);

    /// <summary>The test images with hue and texture tied to the shape.</summary>
    public ImageSet At(double rho, ImageSet test, EncoderState encoder, CancellationToken cancellation) =>
        Get(test, Invariant($"rho {rho:R}"), () => CausalTestImages.Factors(test, rho), encoder, cancellation);

    /// <summary>
    /// The answers of the pixels that enter an encoder, normalised as it takes them, to an intervention: a number for each test image, as
    /// <see cref="InterventionalSensitivity.Answers"/> has it.
    /// </summary>
    public double[] PixelAnswers(
        IReadOnlyList<CausalFactor> changed, ImageSet test, EncoderState encoder, CancellationToken cancellation)
    {
        ImageSet under = Under(changed, test, encoder, cancellation);
        if (pixels.TryGetValue(under, out double[]? known))
            return known;
        int size = EvaluationBatches.SizeFor(encoder.Plain.Size);
        IEnumerable<ViewBatch> Batches(ImageSet set) =>
            EvaluationBatches.Plain(set, encoder.Plain, size, encoder.Threads, cancellation);
        return pixels[under] =
        [
            .. Batches(test).Zip(Batches(under)).SelectMany(pair =>
            {
                using var scope = NewDisposeScope();
                return InterventionalSensitivity.Answers(Rows(pair.First), Rows(pair.Second));
            }),
        ];
    }

    private static Tensor Rows(ViewBatch batch)
    {
        int each = batch.Size * batch.Size * batch.Channels;
        return tensor(batch.Pixels[..(batch.N * each)].ToArray(), [batch.N, each]);
    }

    private ImageSet Get(
        ImageSet test, string change, Func<CausalFactors[]> factors, EncoderState encoder, CancellationToken cancellation) =>
        drawn.TryGetValue((test, change), out ImageSet? known)
            ? known
            : drawn[(test, change)] = CausalShapes.Images(change, factors(), encoder.Plain.Size, encoder.Threads, cancellation);
}
