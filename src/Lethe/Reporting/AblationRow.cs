using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>One state of the encoder in an <see cref="AblationTable"/>.</summary>
/// <param name="Label">What it is: <c>before</c>, <c>control</c>, <c>UMM</c>, or what an undo does otherwise, as <c>β = 0</c>.</param>
/// <param name="Stage">The state of the encoder.</param>
/// <param name="Undo">Name of the undo's folder; null where the row is none.</param>
/// <param name="Runs">n, the runs that have it.</param>
/// <param name="Measures">What was measured of the last layer.</param>
public sealed record AblationRow(string Label, EvaluationStage Stage, string? Undo, int Runs, IReadOnlyList<AblationMeasure> Measures)
{
    /// <summary>A number by its name; null where it was not measured.</summary>
    /// <param name="name">A name as in <see cref="AblationMeasure.Name"/>.</param>
    public AblationMeasure? this[string name] => Measures.FirstOrDefault(measure => measure.Name == name);
}
