using Lethe.Diagnostics;
using Lethe.Numerics;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// Another data set: a linear classifier and nearest neighbours on frozen features, and the whole network fine-tuned, on the target's own
/// training part; in the untrained state, the whole network from scratch.
/// </summary>
/// <param name="options">How to fine-tune.</param>
internal sealed class TransferProtocol(TransferOptions options) : Protocol
{
    // What a seed is for.
    private const ulong Regression = 1;
    private const ulong FineTuning = 2;

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<TransferOptions>
    {
        Name = "transfer",
        Title = "Transfer",
        Summary = "another data set (--target): linear and kNN on frozen features, and fine-tuning against the network from scratch",
        Images = ProtocolImages.Target,
        Defaults = new TransferOptions(),
        Build = options => new TransferProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings()
    {
        var knn = new KnnProtocolOptions();
        return $"Fitted on the target's training part. {LinearProtocol.RegressionSettings()} {new KnnProtocol(knn).Settings()} "
            + $"{FineTunedModel.Settings(options)}";
    }

    /// <inheritdoc/>
    public override void Check(FittingImages images) => LabelCheck.Classes(images.Source, images.Train, atLeast: 2, "transfer");

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        IReadOnlyList<int> labels = images.Train.Labels!;
        foreach (LinearModel model in LinearModel.FitEach(encoder, images.Train, RandomStream.Derive(seed, Regression), cancellation))
            yield return model;

        foreach (string layer in encoder.Layers)
        {
            yield return new KnnModel(encoder.Features(images.Train, cancellation)[layer], labels, new KnnProbeOptions())
            {
                Variant = KnnProtocol.Variant, Layer = layer, FitCount = images.Train.Count,
            };
        }

        yield return FineTunedModel.Fit(encoder, images.Train, options, RandomStream.Derive(seed, FineTuning), null, 0, cancellation);
    }
}
