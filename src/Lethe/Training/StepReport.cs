using Lethe.Diagnostics;

namespace Lethe.Training;

/// <summary>What a step says of itself.</summary>
internal readonly record struct StepReport
{
    /// <summary>The loss that was descended, at the weights before the step.</summary>
    public double Loss { get; init; }

    /// <summary>What the method warns of, or null; asked at the end of an epoch.</summary>
    public string? Warning { get; init; }

    /// <summary>
    /// Whether the embeddings have collapsed; null where it was not looked for, which is everywhere but at the end of an epoch.
    /// </summary>
    public CollapseReading? Collapse { get; init; }
}
