namespace Lethe.Diagnostics;

/// <summary>One measured number: a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Epoch">Epochs of pre-training done, or iterations of UMM done; 0 is before the first.</param>
/// <param name="Layer">stem, layer1 to layer4, projector; or <c>run</c> for what belongs to no layer.</param>
/// <param name="Name">What was measured, as <c>instanceReductionTrain</c>, or the name of a term of a loss.</param>
/// <param name="Value">The number, finite: coding rates and losses in nats, accuracies as fractions in [0, 1].</param>
public sealed record Measurement(int Epoch, string Layer, string Name, double Value)
{
    /// <summary>Of an accuracy: which images were labelled right, as <see cref="Diagnostics.Hits"/> packs it; null of all else.</summary>
    public string? Hits { get; init; }
}
