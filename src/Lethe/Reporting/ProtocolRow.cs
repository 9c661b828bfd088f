using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>One row of a <see cref="ProtocolTable"/>.</summary>
/// <param name="Variant">What was fitted.</param>
/// <param name="LabelShare">The part of the labels; null where that is not the question.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Measure">What was measured.</param>
/// <param name="Cells">The numbers by the state of the encoder.</param>
public sealed record ProtocolRow(string Variant, double? LabelShare, string Layer, string Measure, IReadOnlyDictionary<EvaluationStage, ProtocolCell> Cells);
