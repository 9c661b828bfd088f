using Lethe.Numerics;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// Leave one domain out: a linear classifier on frozen features and the whole network fine-tuned, on the images of all domains but one,
/// each measured on that one; in the untrained state, the whole network from scratch.
/// </summary>
/// <param name="options">How to fine-tune.</param>
internal sealed class DomainsProtocol(TransferOptions options) : Protocol
{
    // What a seed is for.
    private const ulong Regression = 1;
    private const ulong FineTuning = 2;

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<TransferOptions>
    {
        Name = "domains",
        Title = "Domains",
        Summary = "a target of several domains (--target domains:PATH), each left out in turn: linear on frozen features and fine-tuning, "
            + "on a domain that they have not seen",
        Images = ProtocolImages.Domains,
        Defaults = new TransferOptions(),
        Build = options => new DomainsProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings() =>
        "Fitted on the images of all domains but one, measured on that one, for each in turn; the mean is over domains. "
        + $"{LinearProtocol.RegressionSettings()} {FineTunedModel.Settings(options)}";

    /// <inheritdoc/>
    public override void Check(FittingImages images) => LabelCheck.Classes(images.Source, images.Train, atLeast: 2, "the domains protocol");

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        foreach (LinearModel model in LinearModel.FitEach(encoder, images.Train, RandomStream.Derive(seed, Regression), cancellation))
            yield return model;

        yield return FineTunedModel.Fit(encoder, images.Train, options, RandomStream.Derive(seed, FineTuning), null, 0, cancellation);
    }
}
