using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// What was measured: a row of the <see cref="ResultTable"/>. Probes have the protocol <see cref="EvaluationRecord.Probes"/>; what another
/// protocol found says what was fitted (the variant), and has a target where it was measured on another data set, and a share of the
/// labels, in (0, 1], where that is the question.
/// </summary>
internal sealed record ResultKey(
    string Protocol, string Measure, string? Variant, string? Target, double? LabelShare, bool Quick, string Layer)
{
    /// <summary>Name of ΔR on images trained on less ΔR on unseen ones, which is derived and in no file.</summary>
    public const string ReductionGap = "instanceReductionGap";

    /// <summary>What a record measured.</summary>
    public static ResultKey Of(EvaluationRecord record) =>
        new(record.Protocol, record.Measure, record.Variant, record.Target, record.LabelShare, record.Quick == true, record.Layer);

    /// <summary>A probe of a layer.</summary>
    public static ResultKey Probe(string measure, string layer) =>
        new(EvaluationRecord.Probes, measure, null, null, null, false, layer);

    public bool IsProbe => Protocol == EvaluationRecord.Probes;

    /// <summary>Whether it is the share of test images whose label was found.</summary>
    public bool IsAccuracy => Measure == "accuracy" || Wording.IsAccuracy(Measure);

    /// <summary>Whether it is shown times 100: not ΔR and losses, which are in nats, and not the rank, which counts dimensions.</summary>
    public bool IsFraction => !IsProbe || IsAccuracy || Measure == Diagnostics.Measure.MembershipAuc;

    /// <summary>What was fitted, and with how many labels.</summary>
    public string Fitted => Wording.Joined(", ", Variant, Labels);

    /// <summary>The key in words, without its layer.</summary>
    public string Name => !IsProbe
        ? Wording.Joined(
            ", ", Target is null ? Protocol : $"{Protocol} on {Target}", Variant == Protocol ? null : Variant, Labels, Measure,
            Quick ? "quick" : null)
        : Wording.Joined(", ", Wording.Probe(Measure) + (IsAccuracy ? " probe, accuracy" : ""), Target);

    /// <summary>
    /// What its differences are tested together with: an accuracy with those of the same protocol, images and bank; what needs no labels
    /// apart from what does.
    /// </summary>
    public string Family => Wording.Joined(", ",
        !IsProbe ? Protocol
            : !IsAccuracy ? "measures that are no accuracy"
            : Measure is Diagnostics.Measure.LinearAccuracySeenBank or Diagnostics.Measure.KnnAccuracySeenBank
                ? "accuracy, fitted on images trained on"
            : "accuracy, fitted on unseen images",
        IsProbe || Target is null ? Target : $"on {Target}");

    private string? Labels => LabelShare is { } share ? $"{Wording.Short(100 * share)} % of the labels" : null;
}
