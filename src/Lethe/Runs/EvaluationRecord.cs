namespace Lethe.Runs;

/// <summary>One number of <c>evaluation.json</c>: what was measured of a layer of the encoder in one state.</summary>
/// <param name="Stage">The state of the encoder.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Protocol">
/// <c>probes</c> for what every evaluation measures, as training does along the way; else the name of a protocol.
/// </param>
/// <param name="Measure">
/// What was measured: of probes a name as <c>metrics.jsonl</c> has it, as <c>linearAccuracy</c>; of a protocol accuracy, nmi, ….
/// </param>
/// <param name="Value">The number, in the unit that the measure states; finite.</param>
public sealed record EvaluationRecord(EvaluationStage Stage, string Layer, string Protocol, string Measure, double Value)
{
    /// <summary>The protocol of what every evaluation measures.</summary>
    internal const string Probes = "probes";

    /// <summary>The target of what was measured on the run's sealed images.</summary>
    internal const string SealedTest = "sealed test";

    /// <summary>What was fitted, as linear or fine-tuned; tells apart what one protocol gives.</summary>
    public string? Variant { get; init; }

    /// <summary>The part of the labels that was fitted with, in (0, 1].</summary>
    public double? LabelShare { get; init; }

    /// <summary>
    /// The other data set that was measured on, or <c>sealed test</c> for the run's sealed images; null for its test images.
    /// </summary>
    public string? Target { get; init; }

    /// <summary>The epoch of pre-training whose kept checkpoint was measured; null for the states that every run has.</summary>
    public int? Epoch { get; init; }

    /// <summary>Whether it was made with <c>--quick</c>.</summary>
    public bool? Quick { get; init; }

    /// <summary>m of a coding rate: rows, all views counted.</summary>
    public int? Rows { get; init; }

    /// <summary>d: features in a row.</summary>
    public int? Dimension { get; init; }

    /// <summary>ε² of a coding rate.</summary>
    public double? EpsilonSquared { get; init; }

    /// <summary>k of the nearest neighbours.</summary>
    public int? Neighbours { get; init; }

    /// <summary>Temperature of the neighbours' votes.</summary>
    public double? Temperature { get; init; }

    /// <summary>Strength of the regularisation that was chosen for the linear probe.</summary>
    public double? Strength { get; init; }

    /// <summary>What was done with which numbers, in sentences.</summary>
    public string? Settings { get; init; }

    /// <summary>Labelled images that the probe was fitted with.</summary>
    public int? ProbeCount { get; init; }

    /// <summary>Images never trained on that were measured with.</summary>
    public int? TestCount { get; init; }

    /// <summary>Seed of the evaluation's own randomness.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Lower end of the interval of the value.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of the interval of the value.</summary>
    public double? High { get; init; }

    /// <summary>How the interval was made, in words.</summary>
    public string? Interval { get; init; }

    /// <summary>The value of each draw, in order, where there are several; states of an encoder share their draws.</summary>
    public IReadOnlyList<double>? Draws { get; init; }

    /// <summary>Of an accuracy: which test images were labelled right, as <see cref="Diagnostics.Hits"/> packs it.</summary>
    public string? Hits { get; init; }

    /// <summary>
    /// Fingerprint of the test images in their order: where it is equal in runs of several seeds, hits of one place are of one image. Null
    /// in records of earlier versions.
    /// </summary>
    public string? TestImages { get; init; }

    /// <summary>Fingerprint of the images; null for those of the run.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>XXH3-128 of the weights that were measured, in hexadecimal; null in probes of earlier versions.</summary>
    public string? Weights { get; init; }
}
