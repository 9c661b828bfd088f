using Lethe.Runs;

namespace Lethe.Results;

/// <summary>What was measured: a row of the <see cref="ResultTable"/>.</summary>
/// <param name="Protocol">A protocol of <c>--protocol</c>; a constant of <see cref="EvaluationProtocol"/> for the quick probes.</param>
/// <param name="Measure">What was measured, as accuracy; null for the quick probes.</param>
/// <param name="Variant">What was fitted.</param>
/// <param name="Target">The other data set; null for the encoder's own.</param>
/// <param name="LabelShare">The part of the labels, in (0, 1]; null where that is not the question.</param>
/// <param name="Quick">Whether it was made with <c>--quick</c>.</param>
/// <param name="Layer">The layer.</param>
internal sealed record ResultKey(
    string Protocol, string? Measure, string? Variant, string? Target, double? LabelShare, bool Quick, string Layer)
{
    /// <summary>Name of ΔR on images trained on less ΔR on unseen ones, which is derived and in no file.</summary>
    public const string ReductionGap = "instanceReductionGap";

    /// <summary>What a record measured.</summary>
    public static ResultKey Of(EvaluationRecord record) =>
        new(record.Protocol, record.Measure, record.Variant, record.Target, record.LabelShare, record.Quick == true, record.Layer);

    /// <summary>A quick probe of a layer.</summary>
    public static ResultKey Probe(string protocol, string layer) => new(protocol, null, null, null, null, false, layer);

    /// <summary>Whether it is the share of test images whose label was found.</summary>
    public bool IsAccuracy => Measure is null ? Wording.IsAccuracy(Protocol) : Measure == "accuracy";

    /// <summary>Whether it is shown times 100: protocols give fractions; of quick probes, ΔR is in nats and the rank counts dimensions.</summary>
    public bool IsFraction => Measure is not null || IsAccuracy;

    /// <summary>What was fitted, and with how many labels.</summary>
    public string Fitted => string.Join(", ", new[] { Variant, Labels }.Where(part => part is not null));

    /// <summary>The key in words, without its layer.</summary>
    public string Name => Measure is null
        ? Protocol switch
        {
            EvaluationProtocol.EffectiveRank => "effective rank",
            _ when IsAccuracy => $"{Wording.Protocol(Protocol)} probe, accuracy",
            _ => Wording.Protocol(Protocol),
        }
        : string.Join(", ", new[]
        {
            Target is null ? Protocol : $"{Protocol} on {Target}",
            Variant == Protocol ? null : Variant,
            Labels,
            Measure,
            Quick ? "quick" : null,
        }.Where(part => part is not null));

    private string? Labels => LabelShare is { } share ? $"{Wording.Short(100 * share)} % of the labels" : null;
}
