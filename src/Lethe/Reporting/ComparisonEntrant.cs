using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>One column of a <see cref="ComparisonTable"/>: runs that differ in the seed alone, in one state of the encoder.</summary>
/// <param name="Name">As <c>before</c>, <c>control</c>, <c>UMM default</c>; with the letter of the group before it where there are several.</param>
/// <param name="Group">Title of the group; empty where there is one.</param>
/// <param name="Stage">The state of the encoder.</param>
/// <param name="Undo">Name of the undo's folder; null where it is none.</param>
public sealed record ComparisonEntrant(string Name, string Group, EvaluationStage Stage, string? Undo);
