using Lethe.Augmentation;
using Lethe.Data;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>A linear classifier on the features of a layer, which is measured on changed copies of the test images.</summary>
internal abstract class ShiftModel(LinearClassifier classifier) : FittedModel
{
    public sealed override string Checksum() => LinearModel.ChecksumOf(classifier);

    /// <summary>Labels test images as they are.</summary>
    private protected int[] Predict(EncoderState encoder, ImageSet test, CancellationToken cancellation) =>
        classifier.Predict(encoder.Features(test, cancellation)[Layer]);

    /// <summary>For each changed image, 1 where its label is found and 0 where not.</summary>
    private protected double[] Hits(EncoderState encoder, ImageSet changed, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();

        // Features of so many copies of the test images would push all others out of memory and store: they are not kept.
        int size = EvaluationBatches.SizeFor(encoder.Plain.Size);
        Tensor features = encoder.Collect(
            EvaluationBatches.Plain(changed, encoder.Plain, size, encoder.Threads, cancellation), cancellation)[Layer][0]; // [N, d]
        return [.. classifier.Predict(features).Zip(changed.Labels!, (found, label) => found == label ? 1.0 : 0.0)];
    }

    protected sealed override void Release()
    {
        // It holds no tensors.
    }
}
