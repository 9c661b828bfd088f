namespace Lethe.Reporting;

/// <summary>One number of <c>evaluation.json</c>: a protocol applied to a layer of the encoder in one state.</summary>
/// <param name="Stage">The state of the encoder.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Protocol">A constant of <see cref="EvaluationProtocol"/>, or the name of a further protocol.</param>
/// <param name="Value">The number, in the unit that the protocol states; finite.</param>
public sealed record EvaluationRecord(EvaluationStage Stage, string Layer, string Protocol, double Value)
{
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

    /// <summary>Labelled images that the probe was fitted with.</summary>
    public int? ProbeCount { get; init; }

    /// <summary>Images never trained on that were measured with.</summary>
    public int? TestCount { get; init; }

    /// <summary>Seed of the evaluation's own randomness.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Checksum of the checkpoint that was evaluated; null for the untrained encoder, which has none, and in records of earlier versions.</summary>
    public string? Checkpoint { get; init; }
}
