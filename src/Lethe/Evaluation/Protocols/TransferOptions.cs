namespace Lethe.Evaluation.Protocols;

/// <summary>Options of the protocols that fit on other images than the encoder's own, transfer and domains.</summary>
internal sealed record TransferOptions : FineTuningOptions
{
    /// <inheritdoc/>
    public override ProtocolOptions Quick() => this with { FineTuneSteps = QuickSteps, FineTuneBatchSize = QuickBatchSize };
}
