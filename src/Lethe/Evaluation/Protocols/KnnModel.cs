using Lethe.Data;
using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>A bank of labelled features, of which the nearest vote. The tensor belongs to the encoder.</summary>
internal sealed class KnnModel(Tensor bank, IReadOnlyList<int> labels, KnnProbeOptions options) : FittedModel
{
    public override string Checksum() => EncoderState.Checksum([new("bank", bank), new("labels " + string.Join(',', labels), bank)]);

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation) =>
        [Score.OfLabels(KnnProbe.Predict(bank, labels, encoder.Features(test, cancellation)[Layer], options), test.Labels!)];

    protected override void Release()
    {
        // The encoder keeps its features.
    }
}
