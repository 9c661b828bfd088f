using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Umm;

namespace Lethe.Results;

/// <summary>One undo of a run, with its control.</summary>
/// <param name="Name">Name of the undo's folder.</param>
/// <param name="Manifest">The undo's manifest.</param>
internal sealed record ReportUndo(string Name, RunManifest Manifest)
{
    /// <summary>m of the ΔR of a batch: both views of its images; null where the options do not say.</summary>
    public int? BatchRows => Options.BatchSize == 0 ? null : 2 * Options.BatchSize;

    /// <summary>Whether it is something that UMM must beat, and not UMM.</summary>
    public bool IsRival => Options.Remedy != UmmOptions.Mechanism;

    internal UmmOptions Options =>
        Manifest.Umm ?? throw new RunException($"umm/{Name} holds a pre-training; expected an undo. Move it out of the folder umm.");

    /// <summary>Measurements by iteration of UMM.</summary>
    public IReadOnlyList<Measurement> Measurements { get; init; } = [];

    /// <summary>Measurements by iteration of the control; none where there is no control.</summary>
    public IReadOnlyList<Measurement> ControlMeasurements { get; init; } = [];

    /// <summary>How far single images were memorised after it, or null.</summary>
    public ScoredImages? Scores { get; init; }

    /// <summary>Evaluations of the undo and of its control.</summary>
    public IReadOnlyList<EvaluationRecord> Evaluations { get; init; } = [];
}
