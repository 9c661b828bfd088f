using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// What was measured: a row of the <see cref="ResultTable"/>. A quick probe has a constant of <see cref="EvaluationProtocol"/> and no
/// measure; what a protocol of <c>--protocol</c> found has a measure, as accuracy, says what was fitted (the variant), and has a target
/// where it was measured on another data set, and a share of the labels, in (0, 1], where that is the question.
/// </summary>
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

    /// <summary>Whether it is shown times 100: not ΔR, which is in nats, and not the rank, which counts dimensions.</summary>
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
